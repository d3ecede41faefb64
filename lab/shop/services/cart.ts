import { ServiceError } from '../runtime/calls.ts';
import type { Setup } from '../runtime/service.ts';
import { evenShare } from '../runtime/share.ts';
import type { CartItem } from './orders.ts';

const maxCarts = 10_000;

/** Keeps carts in memory; `cartFailure` breaks emptying them, `failedReadinessProbe` the probe. */
export const cart: Setup = ({ app, flags }) => {
  const carts = new Map<string, Map<string, number>>();
  const fails = evenShare();

  app.post<{ Body: CartItem & { userId: string } }>('/cart/add', async ({ body: { userId, productId, quantity } }) => {
    const items = carts.get(userId) ?? new Map<string, number>();
    items.set(productId, Math.min((items.get(productId) ?? 0) + quantity, 99));
    // Setting it anew makes it the youngest, so that the eldest cart is the first to go.
    carts.delete(userId);
    carts.set(userId, items);
    const [eldest] = carts.keys();
    if (carts.size > maxCarts && eldest !== undefined) carts.delete(eldest);
    return {};
  });

  app.get<{ Querystring: { userId: string } }>('/cart/get', async ({ query: { userId } }) => {
    const items = [...(carts.get(userId) ?? [])].map(([productId, quantity]) => ({ productId, quantity }));
    return { userId, items };
  });

  app.post<{ Body: { userId: string } }>('/cart/empty', async ({ body: { userId } }) => {
    if (fails(await flags.amount('cartFailure'))) throw new ServiceError(500, 'the cart store cannot be reached');
    carts.delete(userId);
    return {};
  });

  return { ready: async () => !(await flags.on('failedReadinessProbe')) };
};
