import type { Setup } from './service.ts';
import type { PodName } from '../services.ts';

/** Loads one service's code; a thread loads no other's. */
export const setups: Record<PodName, () => Promise<Setup>> = {
  'frontend-proxy': async () => (await import('../services/frontend-proxy.ts')).frontendProxy,
  frontend: async () => (await import('../services/frontend.ts')).frontend,
  ad: async () => (await import('../services/ad.ts')).ad,
  cart: async () => (await import('../services/cart.ts')).cart,
  checkout: async () => (await import('../services/checkout.ts')).checkout,
  currency: async () => (await import('../services/currency.ts')).currency,
  email: async () => (await import('../services/email.ts')).email,
  'image-provider': async () => (await import('../services/image-provider.ts')).imageProvider,
  kafka: async () => (await import('../services/kafka.ts')).kafka,
  accounting: async () => (await import('../services/accounting.ts')).accounting,
  'fraud-detection': async () => (await import('../services/fraud-detection.ts')).fraudDetection,
  payment: async () => (await import('../services/payment.ts')).payment,
  'product-catalog': async () => (await import('../services/product-catalog.ts')).productCatalog,
  'product-reviews': async () => (await import('../services/product-reviews.ts')).productReviews,
  llm: async () => (await import('../services/llm.ts')).llm,
  quote: async () => (await import('../services/quote.ts')).quote,
  recommendation: async () => (await import('../services/recommendation.ts')).recommendation,
  shipping: async () => (await import('../services/shipping.ts')).shipping,
  'load-generator': async () => (await import('../load/generator.ts')).loadGenerator,
};
