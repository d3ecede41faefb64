import type { Setup } from '../runtime/service.ts';
import type { Order } from './orders.ts';

/** Sends order confirmations; `emailMemoryLeak` is how many copies of each mail stay in memory, for good. */
export const email: Setup = ({ app, flags }) => {
  const kept: string[] = [];
  let keptBytes = 0;

  app.post<{ Body: { email: string; order: Order } }>('/send-order-confirmation', async ({ body }) => {
    const mail = Buffer.from(confirmation(body.email, body.order));
    const copies = await flags.amount('emailMemoryLeak');
    for (let copy = 0; copy < copies; copy += 1) {
      // Decoding makes a string of its own each time; assigning the same string again would keep only one.
      kept.push(mail.toString('latin1'));
      keptBytes += mail.length;
    }
    return {};
  });
  return { retainedBytes: () => keptBytes };
};

function confirmation(to: string, order: Order): string {
  const lines = order.items.map(({ productId, quantity, cost }) => `${quantity} x ${productId} at ${cost}`);
  return [
    `To: ${to}`,
    `Subject: Your order ${order.orderId}`,
    'Thank you for your order. It is on its way:',
    ...lines,
    `Shipping: ${order.shippingCost} ${order.currency}, tracking number ${order.shippingTrackingId}`,
    `Total: ${order.total} ${order.currency}`,
    'Look up often.'.padEnd(500, ' '),
  ].join('\n');
}
