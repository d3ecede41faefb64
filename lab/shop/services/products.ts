/** One thing the shop sells; the ids are those of the OpenTelemetry Demo, the texts are our own. */
export interface Product {
  id: string;
  name: string;
  description: string;
  priceUsd: number;
  categories: string[];
}

/** The product that `productCatalogFailure` breaks. */
export const fragileProduct = 'OLJCESPC7Z';

/** The product that `llmInaccurateResponse` misrepresents. */
export const misreadProduct = 'L9ECAV7KIM';

export const products: readonly Product[] = [
  {
    id: fragileProduct,
    name: 'Meadow 60 Starter Telescope',
    description: 'A light 60 mm refractor on a table tripod, for first looks at the Moon and the rings of Saturn.',
    priceUsd: 101.96,
    categories: ['telescopes'],
  },
  {
    id: '66VCHSJNUP',
    name: 'Wayfinder App-Guided Refractor',
    description: 'An 80 mm refractor whose phone dock shows you where to push it, one target after the other.',
    priceUsd: 349.95,
    categories: ['telescopes'],
  },
  {
    id: '1YMWWN1N4O',
    name: 'Corona Travel Scope with Filter',
    description: 'A carry-on telescope with a fitted white-light filter, made for eclipse trips.',
    priceUsd: 129.95,
    categories: ['telescopes', 'travel'],
  },
  {
    id: misreadProduct,
    name: 'Clear Sky Lens Care Kit',
    description: 'Blower, brush, fluid and two cloths: everything to take dust and fingerprints off good glass.',
    priceUsd: 21.95,
    categories: ['accessories'],
  },
  {
    id: '2ZYFJ3GM2N',
    name: 'Ridgeline 10x42 Binoculars',
    description: 'Roof-prism binoculars, sealed against rain, for birds by day and star fields by night.',
    priceUsd: 209.95,
    categories: ['binoculars'],
  },
  {
    id: '0PUK6V6EV0',
    name: 'Planet Camera C3',
    description: 'A small colour camera that takes the place of the eyepiece and records the planets as video.',
    priceUsd: 175,
    categories: ['accessories', 'astrophotography'],
  },
  {
    id: 'LS4PSXUNUM',
    name: 'Ember Red Flashlight',
    description: 'A dimmable red light that lets you read a chart without losing your night vision.',
    priceUsd: 57.08,
    categories: ['accessories', 'flashlights'],
  },
  {
    id: '9SIQT8TOJO',
    name: 'Deep Field 8-inch Tube',
    description: 'A fast optical tube with an eight-inch mirror, for those who photograph faint galaxies.',
    priceUsd: 3599,
    categories: ['telescopes', 'astrophotography'],
  },
  {
    id: '6E92ZMYYFZ',
    name: 'Daystar Sheet Filter',
    description: 'A certified solar filter for tubes of up to eight inches; fits in seconds and cannot fall off.',
    priceUsd: 69.95,
    categories: ['accessories', 'travel'],
  },
  {
    id: 'HQTGWGPNH4',
    name: 'Comets: A Field Guide',
    description: 'How to find comets, what their tails are made of, and which ones come back.',
    priceUsd: 0.99,
    categories: ['books'],
  },
];
