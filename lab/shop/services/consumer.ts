import type { Service } from '../runtime/service.ts';
import type { QueueRecord } from './kafka.ts';

const idleMs = 250;
const largestBatch = 4000;

/**
 * Reads the `orders` topic for one consumer group, from its own offset on.
 * @param slowMs how long to take over each record, asked before each; 0 for full speed
 * @returns the group's lag in messages, as of its last record or poll
 */
export function consume(
  { calls, every }: Service,
  group: string,
  read: (value: string) => void,
  slowMs: () => Promise<number> = async () => 0,
): () => number {
  let offset: number | null = null;
  let end = 0;

  every(idleMs, async () => {
    for (;;) {
      // A slow consumer takes small batches, so that it learns soon how far behind it is.
      const max = (await slowMs()) > 0 ? 5 : largestBatch;
      const batch = await calls.post<{ end: number; records: QueueRecord[] }>('kafka', '/topics/orders/poll', {
        group,
        offset,
        max,
      });
      end = batch.end;
      offset ??= batch.records[0]?.offset ?? end;
      for (const record of batch.records) {
        if (max < largestBatch) await pause(await slowMs());
        read(record.value);
        offset = record.offset + 1;
      }
      if (batch.records.length < max) return;
    }
  });
  return () => Math.max(0, end - (offset ?? end));
}

async function pause(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}
