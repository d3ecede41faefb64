/** For conditions that come true within moments on an idle machine: a busy one may need as long as this, and passes. */
export const patience = { timeout: 60_000, interval: 50 };
