import { misreadProduct, products } from './products.ts';

export interface Review {
  reviewer: string;
  /** 1 to 5 */
  score: number;
  text: string;
}

const general: readonly Review[] = [
  { reviewer: 'orion_anna', score: 5, text: 'Better than I hoped for, and it came well packed.' },
  { reviewer: 'dusty_dome', score: 4, text: 'Good quality; the manual could say more.' },
  { reviewer: 'nadir', score: 4, text: 'Used it every clear night this month. No complaints.' },
  { reviewer: 'first_light', score: 5, text: 'My daughter has not put it down since.' },
  { reviewer: 'cloudy_again', score: 3, text: 'Does what it should. The weather does not.' },
];

const careKit: readonly Review[] = [
  { reviewer: 'glass_half_full', score: 5, text: 'Took a year of fingerprints off without a streak.' },
  { reviewer: 'dusty_dome', score: 5, text: 'The blower alone is worth it.' },
  { reviewer: 'nadir', score: 4, text: 'Gentle on coatings. I would like a third cloth.' },
  { reviewer: 'orion_anna', score: 5, text: 'Everything in one pouch, nothing scratched.' },
];

const byProduct = new Map(
  products.map(({ id }, index) => {
    const start = index % general.length;
    return [id, id === misreadProduct ? careKit : [...general, ...general].slice(start, start + 3)];
  }),
);

/** The reviews of a product; none for one that we do not know. */
export function reviewsOf(productId: string): readonly Review[] {
  return byProduct.get(productId) ?? [];
}

/** The mean score, to one decimal. */
export function meanScore(reviews: readonly Review[]): number {
  return Math.round((reviews.reduce((sum, { score }) => sum + score, 0) / reviews.length) * 10) / 10;
}
