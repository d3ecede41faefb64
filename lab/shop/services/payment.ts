import { randomUUID } from 'node:crypto';
import { ServiceError } from '../runtime/calls.ts';
import type { Setup } from '../runtime/service.ts';
import { evenShare } from '../runtime/share.ts';
import type { OrderRequest } from './orders.ts';

interface Charge {
  amount: number;
  currency: string;
  creditCard: OrderRequest['creditCard'];
}

/** Charges credit cards; `paymentFailure` is the share of charges that fail. */
export const payment: Setup = ({ app, flags }) => {
  const fails = evenShare();

  app.post<{ Body: Charge }>('/charge', async ({ body: { amount, creditCard } }) => {
    if (fails(await flags.amount('paymentFailure'))) throw new ServiceError(500, 'charge refused: token not valid');
    if (!(amount > 0)) throw new ServiceError(400, `an amount of ${amount} cannot be charged`);
    if (!passesLuhn(creditCard.number)) throw new ServiceError(400, 'the card number is wrong');
    const expires = creditCard.expirationYear * 12 + creditCard.expirationMonth;
    const now = new Date();
    if (expires < now.getFullYear() * 12 + now.getMonth() + 1) throw new ServiceError(400, 'the card has expired');
    return { transactionId: randomUUID() };
  });
  return {};
};

// https://en.wikipedia.org/wiki/Luhn_algorithm
function passesLuhn(number: string): boolean {
  const digits = number.replaceAll(/\D/g, '').split('').map(Number).toReversed();
  const sum = digits.reduce((total, digit, index) => {
    const weighted = index % 2 === 1 ? digit * 2 : digit;
    return total + (weighted > 9 ? weighted - 9 : weighted);
  }, 0);
  return digits.length >= 12 && sum % 10 === 0;
}
