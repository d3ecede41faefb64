import { type HistoryEvent, holding, scheduled } from './history.ts';

/** A moment in each phase of an incident, as its history shows it. */
export const moments: Record<string, (events: HistoryEvent[]) => boolean> = {
  resolving: scheduled('resolve'),
  recording: scheduled('record'),
  injecting: scheduled('inject'),
  witnessing: scheduled('witness'),
  active: holding,
  'rolling-back': scheduled('withdraw'),
  verifying: scheduled('verify'),
  closing: scheduled('close'),
};

/** Scenarios of the shipped flag document, each on a flag of its own. */
export const scenarios: [scenario: string, flag: string][] = [
  ['payment-failure', 'paymentFailure'],
  ['payment-unreachable', 'paymentUnreachable'],
  ['ad-failure', 'adFailure'],
  ['ad-high-cpu', 'adHighCpu'],
  ['ad-gc-pressure', 'adManualGc'],
  ['cart-failure', 'cartFailure'],
  ['product-catalog-failure', 'productCatalogFailure'],
  ['recommendation-cache-failure', 'recommendationCacheFailure'],
  ['email-memory-leak', 'emailMemoryLeak'],
  ['image-slow-load', 'imageSlowLoad'],
  ['kafka-queue-problems', 'kafkaQueueProblems'],
  ['traffic-flood', 'loadGeneratorVUs'],
  ['intl-shipping-slowdown', 'intlShippingSlowdown'],
  ['llm-rate-limit', 'llmRateLimitError'],
];
