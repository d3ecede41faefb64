import { setTimeout as sleep } from 'node:timers/promises';
import { exchange } from '../runtime/http.ts';

const roundMs = 1000;
const timeoutMs = 30_000;

/** One round: that many home pages, spread over a second; a slow shop makes the round longer, not the pile higher. */
export async function flood(base: string, pages: number): Promise<void> {
  const lanes = Math.min(pages, 10);
  const gap = roundMs / Math.ceil(pages / lanes);
  const lane = async (first: number): Promise<void> => {
    for (let page = first; page < pages; page += lanes) {
      await Promise.all([exchange(base, { timeoutMs }).catch(() => null), sleep(gap)]);
    }
  };
  await Promise.all(Array.from({ length: lanes }, async (_, index) => lane(index)));
}
