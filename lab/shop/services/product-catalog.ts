import { ServiceError } from '../runtime/calls.ts';
import type { Setup } from '../runtime/service.ts';
import { fragileProduct, products } from './products.ts';

/** Lists, finds and searches products; `productCatalogFailure` breaks one of them. */
export const productCatalog: Setup = ({ app, flags }) => {
  app.get('/products', async () => ({ products }));

  app.get<{ Params: { productId: string } }>('/products/:productId', async ({ params: { productId } }) => {
    if (productId === fragileProduct && (await flags.on('productCatalogFailure', { product_id: productId }))) {
      throw new ServiceError(500, `product ${productId} cannot be read: productCatalogFailure is on`);
    }
    const product = products.find(({ id }) => id === productId);
    if (product === undefined) throw new ServiceError(404, `no product ${productId}`);
    return product;
  });

  app.get<{ Querystring: { q?: string } }>('/search', async ({ query: { q = '' } }) => {
    const wanted = q.toLowerCase();
    return {
      products: products.filter(({ name, description }) => `${name} ${description}`.toLowerCase().includes(wanted)),
    };
  });
  return {};
};
