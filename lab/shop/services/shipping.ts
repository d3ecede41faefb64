import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Setup } from '../runtime/service.ts';
import type { Address, CartItem } from './orders.ts';

const home = 'United States';

interface Shipment {
  address: Address;
  items: CartItem[];
}

/** Quotes and ships; `intlShippingSlowdown` delays quotes abroad by that many seconds. */
export const shipping: Setup = ({ app, flags, calls }) => {
  app.post<{ Body: Shipment }>('/get-quote', async ({ body: { address, items } }) => {
    if (address.country !== home) {
      const seconds = await flags.amount('intlShippingSlowdown');
      if (seconds > 0) await sleep(seconds * 1000);
    }
    const numberOfItems = items.reduce((sum, { quantity }) => sum + quantity, 0);
    return calls.post<{ costUsd: number }>('quote', '/quote', { numberOfItems });
  });

  app.post<{ Body: Shipment }>('/ship-order', async () => ({ trackingId: randomUUID() }));
  return {};
};
