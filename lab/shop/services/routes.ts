/** What the front door hands on to the frontend, and the frontend serves. */
export const frontendRoutes = {
  home: '/',
  product: '/product/:productId',
  search: '/search',
  cartPage: '/cart',
  products: '/api/products',
  cart: '/api/cart',
  checkout: '/api/checkout',
} as const;

export const imageRoute = '/images/*';
