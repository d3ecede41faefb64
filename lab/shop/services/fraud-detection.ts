import type { Setup } from '../runtime/service.ts';
import { consume } from './consumer.ts';
import type { Order } from './orders.ts';

const slowMs = 100;
const suspiciousTotal = 5000;

/** Looks at every order for signs of fraud; slow while `kafkaQueueProblems` is on. */
export const fraudDetection: Setup = (service) => {
  const { app, flags } = service;
  const findings = { checked: 0, suspicious: 0 };

  const lag = consume(
    service,
    'fraud-detection',
    (value) => {
      const { total } = JSON.parse(value) as Order;
      findings.checked += 1;
      if (total > suspiciousTotal) findings.suspicious += 1;
    },
    async () => ((await flags.amount('kafkaQueueProblems')) > 0 ? slowMs : 0),
  );

  app.get('/findings', async () => findings);
  return { lag };
};
