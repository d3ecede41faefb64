import { readFileSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Case } from './cases.ts';
import type { Tool } from './tools.ts';

/** How long (ms) after the fault was due to end the flag file is looked at. */
export const grace = 6_000;
/** How long (ms) a tool may take to make its fault. */
const patience = 20_000;

/**
 * Lets a case happen to a tool in the middle of its hold. Answers how many milliseconds after its due end the fault was
 * withdrawn (before it: less than 0), undefined where the file was not as before when it was looked at for the last time.
 */
export async function attempt(tool: Tool, { strike }: Case, file: string, hold: number): Promise<number | undefined> {
  const before = readFileSync(file, 'utf8');
  const isBefore = (): boolean => readFileSync(file, 'utf8') === before;
  const watching = new AbortController();
  const { signal } = watching;
  let struck: Promise<void> | undefined;
  const run = tool.begin();
  try {
    const broken = await momentOf(() => !isBefore(), Date.now() + patience);
    if (broken === undefined) throw new Error(`${tool.title} did not change the flag within ${patience} ms`);
    const due = broken + hold;
    const afterDue = (ms: number): Promise<void> => wait(due + ms - Date.now(), signal);
    struck = wait(hold / 2, signal).then(() => strike(run, { file, afterDue, signal }));
    const restored = await momentOf(isBefore, due + grace);
    return restored === undefined ? undefined : restored - due;
  } finally {
    watching.abort();
    await struck;
    await run.end();
    await putBack(file, before);
  }
}

/** When a condition came true, undefined where it has not by `end`. */
async function momentOf(condition: () => boolean, end: number): Promise<number | undefined> {
  while (!condition()) {
    if (Date.now() > end) return undefined;
    await delay(10);
  }
  return Date.now();
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}

/** Removes what a peer that was killed has left: its fault and its copies. */
async function putBack(file: string, before: string): Promise<void> {
  if (readFileSync(file, 'utf8') !== before) {
    await writeFile(`${file}.next`, before);
    await rename(`${file}.next`, file);
  }
  for (const ending of ['before', 'next', 'journal.json']) await rm(`${file}.${ending}`, { force: true });
}
