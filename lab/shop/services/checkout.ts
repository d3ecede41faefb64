import { randomUUID } from 'node:crypto';
import { ServiceError, callJson } from '../runtime/calls.ts';
import type { Service, Setup } from '../runtime/service.ts';
import type { CartItem, Order, OrderItem, OrderRequest } from './orders.ts';
import type { Product } from './products.ts';

// Nobody listens on this port of the loopback address, so that connections are refused at once.
const nowhere = 'http://127.0.0.1:2';

/** Places orders; `paymentUnreachable` makes it dial a bad address, `kafkaQueueProblems` floods the queue. */
export const checkout: Setup = (service) => {
  const { app, flags, calls } = service;

  app.post<{ Body: OrderRequest }>(
    '/place-order',
    async ({ body: { userId, email, userCurrency, address, creditCard } }) => {
      const { items } = await calls.get<{ items: CartItem[] }>(
        'cart',
        `/cart/get?userId=${encodeURIComponent(userId)}`,
      );
      if (items.length === 0) throw new ServiceError(422, 'the cart is empty');
      const [orderItems, shippingCost] = await Promise.all([
        priced(service, items, userCurrency),
        shippingCostOf(service, { address, items }, userCurrency),
      ]);
      const total = round(orderItems.reduce((sum, { cost, quantity }) => sum + cost * quantity, shippingCost));
      const transactionId = await charge(service, { amount: total, currency: userCurrency, creditCard });
      const { trackingId } = await calls.post<{ trackingId: string }>('shipping', '/ship-order', { address, items });
      const order: Order = {
        orderId: randomUUID(),
        userId,
        currency: userCurrency,
        total,
        shippingCost,
        shippingTrackingId: trackingId,
        transactionId,
        items: orderItems,
        placedAt: new Date().toISOString(),
      };
      // The order is paid: a cart that stays full or a mail that is not sent does not undo it.
      await Promise.allSettled([
        calls.post('cart', '/cart/empty', { userId }),
        calls.post('email', '/send-order-confirmation', { email, order }),
      ]);
      const times = 1 + Math.floor(await flags.amount('kafkaQueueProblems'));
      await calls.post('kafka', '/topics/orders/produce', { value: JSON.stringify(order), times });
      return order;
    },
  );
  return {};
};

async function priced({ calls }: Service, items: CartItem[], to: string): Promise<OrderItem[]> {
  const products = await Promise.all(
    items.map(async ({ productId }) =>
      calls.get<Product>('product-catalog', `/products/${encodeURIComponent(productId)}`),
    ),
  );
  const { amounts } = await calls.post<{ amounts: number[] }>('currency', '/convert', {
    from: 'USD',
    to,
    amounts: products.map(({ priceUsd }) => priceUsd),
  });
  return items.map((item, index) => ({ ...item, cost: amounts[index] ?? 0 }));
}

async function shippingCostOf(
  { calls }: Service,
  shipment: { address: OrderRequest['address']; items: CartItem[] },
  to: string,
): Promise<number> {
  const { costUsd } = await calls.post<{ costUsd: number }>('shipping', '/get-quote', shipment);
  const { amounts } = await calls.post<{ amounts: number[] }>('currency', '/convert', {
    from: 'USD',
    to,
    amounts: [costUsd],
  });
  return amounts[0] ?? 0;
}

async function charge(
  { flags, calls }: Service,
  payment: { amount: number; currency: string; creditCard: OrderRequest['creditCard'] },
): Promise<string> {
  try {
    const base = (await flags.on('paymentUnreachable')) ? nowhere : calls.address('payment');
    const { transactionId } = await callJson<{ transactionId: string }>('payment', `${base}/charge`, payment);
    return transactionId;
  } catch (error) {
    throw new ServiceError(500, `the card was not charged: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}

function round(amount: number): number {
  return Math.round(amount * 100) / 100;
}
