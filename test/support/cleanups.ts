import { afterAll } from 'vitest';
import type { Cleanup } from './flags.ts';

/** For what the tests of a file share: collects clean-ups and does them, last first, when the file is through. */
export function fileCleanup(): Cleanup {
  const works: (() => Promise<void>)[] = [];
  afterAll(async () => {
    for (const work of works.toReversed()) await work();
  });
  return (work) => void works.push(work);
}
