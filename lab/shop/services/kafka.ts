import type { Setup } from '../runtime/service.ts';

// Retention: what a consumer group has not read by then is lost to it, and no longer counts as lag.
const maxRecords = 100_000;

/** One record as a consumer gets it. */
export interface QueueRecord {
  offset: number;
  value: string;
}

/** One topic, `orders`, as a log with an offset for each consumer group. */
export const kafka: Setup = ({ app }) => {
  let records: string[] = [];
  let first = 0;
  const committed = new Map<string, number>();
  const end = (): number => first + records.length;
  const position = (group: string): number => Math.max(committed.get(group) ?? first, first);

  app.post<{ Body: { value: string; times: number } }>('/topics/orders/produce', async ({ body: { value, times } }) => {
    for (let time = 0; time < times; time += 1) records.push(value);
    if (records.length > maxRecords * 1.1) {
      first += records.length - maxRecords;
      records = records.slice(-maxRecords);
    }
    return { end: end() };
  });

  // A consumer says how far it has come when it asks for more.
  app.post<{ Body: { group: string; offset: number | null; max: number } }>(
    '/topics/orders/poll',
    async ({ body: { group, offset, max } }) => {
      // An offset beyond the end is from before a restart, when the log was another.
      if (offset !== null) committed.set(group, offset > end() ? first : offset);
      else if (!committed.has(group)) committed.set(group, first);
      const from = position(group);
      const values = records.slice(from - first, from - first + max);
      return { end: end(), records: values.map((value, index) => ({ offset: from + index, value })) };
    },
  );

  return { lag: () => Math.max(0, ...[...committed.keys()].map((group) => end() - position(group))) };
};
