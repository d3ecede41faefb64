import type { Setup } from '../runtime/service.ts';

const baseUsd = 4.99;
const perItemUsd = 1.85;

/** Says what it costs to ship a number of items, in US dollars. */
export const quote: Setup = ({ app }) => {
  app.post<{ Body: { numberOfItems: number } }>('/quote', async ({ body: { numberOfItems } }) => ({
    costUsd: numberOfItems > 0 ? Math.round((baseUsd + perItemUsd * numberOfItems) * 100) / 100 : 0,
  }));
  return {};
};
