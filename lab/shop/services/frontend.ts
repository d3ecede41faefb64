import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Calls } from '../runtime/calls.ts';
import type { Setup } from '../runtime/service.ts';
import type { CartItem, OrderRequest } from './orders.ts';
import { cartPage, homePage, productPage, searchPage } from './pages.ts';
import type { Priced } from './pages.ts';
import type { Product } from './products.ts';
import type { Review } from './reviews.ts';
import { frontendRoutes } from './routes.ts';

interface Ads {
  ads: { productId: string; text: string }[];
}

/** Composes the shop's pages from the other services. */
export const frontend: Setup = ({ app, calls }) => {
  const allProducts = async (): Promise<Product[]> =>
    (await calls.get<{ products: Product[] }>('product-catalog', '/products')).products;
  const ads = async (category: string): Promise<Ads['ads']> =>
    (await calls.get<Ads>('ad', `/ads?category=${encodeURIComponent(category)}`)).ads;
  const recommended = async (productId = ''): Promise<string[]> =>
    (await calls.get<{ productIds: string[] }>('recommendation', `/recommendations?productId=${productId}`)).productIds;

  app.get<{ Querystring: Money }>(frontendRoutes.home, async ({ query: { currency = 'USD' } }, reply) => {
    const [shown, ad, recommendations] = await Promise.all([
      allProducts().then(async (list) => priced(calls, list, currency)),
      orNothing(ads('telescopes')),
      orNothing(recommended()),
    ]);
    return html(reply, homePage(shown, ad, recommendations));
  });

  app.get<{ Params: { productId: string }; Querystring: Money }>(
    frontendRoutes.product,
    async ({ params, query: { currency = 'USD' } }, reply) => {
      const productId = encodeURIComponent(params.productId);
      const product = await calls.get<Product>('product-catalog', `/products/${productId}`);
      const [[shown], ad, recommendations, reviews, summary] = await Promise.all([
        priced(calls, [product], currency),
        orNothing(ads(product.categories[0] ?? '')),
        orNothing(recommended(productId)),
        orNothing(
          calls.get<{ reviews: Review[] }>('product-reviews', `/reviews/${productId}`).then((it) => it.reviews),
        ),
        calls.get<{ summary: string }>('product-reviews', `/reviews/${productId}/summary`).then(
          (it) => it.summary,
          () => 'No summary at the moment.',
        ),
      ]);
      return html(reply, productPage(shown ?? { ...product, price: '' }, ad, recommendations, reviews, summary));
    },
  );

  app.get<{ Querystring: Money & { q?: string } }>(
    frontendRoutes.search,
    async ({ query: { q = '', currency = 'USD' } }, reply) => {
      const found = await calls.get<{ products: Product[] }>('product-catalog', `/search?q=${encodeURIComponent(q)}`);
      return html(reply, searchPage(q, await priced(calls, found.products, currency)));
    },
  );

  app.get<{ Querystring: Money }>(frontendRoutes.cartPage, async (request, reply) => {
    const userId = session(request, reply);
    const cart = await calls.get<{ items: CartItem[] }>('cart', `/cart/get?userId=${userId}`);
    const shown = await priced(calls, await allProducts(), request.query.currency ?? 'USD');
    return html(reply, cartPage(cart.items, shown));
  });

  app.get(frontendRoutes.products, async () => calls.get('product-catalog', '/products'));
  app.get(frontendRoutes.cart, async (request, reply) =>
    calls.get('cart', `/cart/get?userId=${session(request, reply)}`),
  );
  app.post<{ Body: CartItem }>(frontendRoutes.cart, async (request, reply) => {
    const { productId, quantity } = request.body;
    return calls.post('cart', '/cart/add', { userId: session(request, reply), productId, quantity });
  });
  app.delete(frontendRoutes.cart, async (request, reply) =>
    calls.post('cart', '/cart/empty', { userId: session(request, reply) }),
  );
  app.post<{ Body: Omit<OrderRequest, 'userId'> }>(frontendRoutes.checkout, async (request, reply) =>
    calls.post('checkout', '/place-order', { ...request.body, userId: session(request, reply) }),
  );
  return {};
};

interface Money {
  currency?: string;
}

async function priced(calls: Calls, list: readonly Product[], to: string): Promise<Priced[]> {
  const amounts = list.map(({ priceUsd }) => priceUsd);
  const converted = await calls.post<{ amounts: number[] }>('currency', '/convert', { from: 'USD', to, amounts });
  return list.map((product, index) => ({ ...product, price: `${(converted.amounts[index] ?? 0).toFixed(2)} ${to}` }));
}

/** A page does without what is only an extra. */
async function orNothing<T>(extra: Promise<T[]>): Promise<T[]> {
  return extra.catch(() => []);
}

function session(request: FastifyRequest, reply: FastifyReply): string {
  const known = /(?:^|;\s*)shop_session=([\w-]{1,64})/.exec(request.headers.cookie ?? '')?.[1];
  if (known !== undefined) return known;
  const fresh = randomUUID();
  reply.header('set-cookie', `shop_session=${fresh}; Path=/; HttpOnly; SameSite=Lax`);
  return fresh;
}

function html(reply: FastifyReply, page: string): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(page);
}
