import { fragileProduct, misreadProduct, products } from '../services/products.ts';
import type { Browser } from './browser.ts';
import { deck } from './deck.ts';

const visited = deck([...products.map(({ id }) => id), fragileProduct, misreadProduct]);
const bought = deck(products.map(({ id }) => id));
const searched = deck(['telescope', 'filter', 'night', 'camera', 'comet']);

// A third of all orders goes abroad.
const buyers = deck([
  { country: 'United States', city: 'Flagstaff', state: 'AZ', zipCode: '86001', currency: 'USD' },
  { country: 'United States', city: 'Fort Davis', state: 'TX', zipCode: '79734', currency: 'USD' },
  { country: 'United States', city: 'Cherry Springs', state: 'PA', zipCode: '16922', currency: 'USD' },
  { country: 'United States', city: 'Big Sky', state: 'MT', zipCode: '59716', currency: 'USD' },
  { country: 'Germany', city: 'Potsdam', state: 'BB', zipCode: '14482', currency: 'EUR' },
  { country: 'Japan', city: 'Nagano', state: 'Nagano', zipCode: '384-1305', currency: 'JPY' },
]);

/** What users do on a page; each is one page action. */
const actions: Record<string, (browser: Browser) => Promise<void>> = {
  home: async (browser) => browser.page('/', 2),
  product: async (browser) => browser.page(`/product/${visited()}`, 1),
  search: async (browser) => browser.page(`/search?q=${searched()}`, 0),
  viewCart: async (browser) => browser.page('/cart', 0),
  addToCart: async (browser) => browser.send('POST', '/api/cart', { productId: bought(), quantity: 1 }),
  emptyCart: async (browser) => browser.send('DELETE', '/api/cart'),
  checkout: async (browser) => {
    const { country, city, state, zipCode, currency } = buyers();
    await browser.send('POST', '/api/cart', { productId: bought(), quantity: 1 });
    await browser.send('POST', '/api/checkout', {
      email: 'someone@example.com',
      userCurrency: currency,
      address: { streetAddress: '12 Observatory Road', city, state, country, zipCode },
      creditCard: { number: '4432801561520454', expirationYear: 2099, expirationMonth: 1 },
    });
  },
};

/** Of 20 page actions: a quarter checkouts, a quarter products, and so on. */
const shares = { home: 4, product: 5, search: 1, viewCart: 1, addToCart: 1, emptyCart: 3, checkout: 5 };

const nextAction = deck(Object.entries(shares).flatMap(([name, share]) => Array<string>(share).fill(name)));

/** Does the next page action, of a mix that all users share. */
export async function shop(browser: Browser): Promise<void> {
  await actions[nextAction()]?.(browser);
}
