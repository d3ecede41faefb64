import type { Setup } from '../runtime/service.ts';
import { consume } from './consumer.ts';
import type { Order } from './orders.ts';

// The queue may deliver an order more than once; further back than this nobody looks.
const rememberedOrders = 10_000;

/** Keeps the totals of all orders, by currency. */
export const accounting: Setup = (service) => {
  const seen = new Set<string>();
  const totals = new Map<string, { orders: number; total: number }>();

  const lag = consume(service, 'accounting', (value) => {
    const { orderId, currency, total } = JSON.parse(value) as Order;
    if (seen.has(orderId)) return;
    seen.add(orderId);
    const [eldest] = seen;
    if (seen.size > rememberedOrders && eldest !== undefined) seen.delete(eldest);
    const before = totals.get(currency) ?? { orders: 0, total: 0 };
    totals.set(currency, { orders: before.orders + 1, total: Math.round((before.total + total) * 100) / 100 });
  });

  service.app.get('/totals', async () => Object.fromEntries(totals));
  return { lag };
};
