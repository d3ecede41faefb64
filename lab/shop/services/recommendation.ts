import type { Setup } from '../runtime/service.ts';
import type { Product } from './products.ts';

// What one miss of the broken cache adds.
const leakedPerMiss = 200_000;

/** Recommends other products; with `recommendationCacheFailure` on, each request misses and adds to the cache. */
export const recommendation: Setup = ({ app, flags, calls }) => {
  const cache: string[] = [];
  let cacheBytes = 0;

  app.get<{ Querystring: { productId?: string } }>('/recommendations', async ({ query: { productId } }) => {
    const { products } = await calls.get<{ products: Product[] }>('product-catalog', '/products');
    if (await flags.on('recommendationCacheFailure')) {
      const listing = Buffer.from(JSON.stringify(products));
      for (let added = 0; added < leakedPerMiss; added += listing.length) {
        cache.push(listing.toString('latin1'));
        cacheBytes += listing.length;
      }
    }
    const others = products.map(({ id }) => id).filter((id) => id !== productId);
    const start = Math.floor(Math.random() * others.length);
    return { productIds: [...others, ...others].slice(start, start + 4) };
  });
  return { retainedBytes: () => cacheBytes };
};
