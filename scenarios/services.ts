/** The embedded shop's services; the names are those of the OpenTelemetry Demo. */
export const serviceNames = [
  'frontend-proxy',
  'frontend',
  'ad',
  'cart',
  'checkout',
  'currency',
  'email',
  'image-provider',
  'kafka',
  'accounting',
  'fraud-detection',
  'payment',
  'product-catalog',
  'product-reviews',
  'llm',
  'quote',
  'recommendation',
  'shipping',
] as const;

export type ServiceName = (typeof serviceNames)[number];
