import { readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../workflows/problem.ts';
import type { Attempt } from './attempt.ts';
import { lockedBy } from './failure.ts';
import { leaverOf, type LockInfo } from './lock.ts';
import type { Run } from './options.ts';
import { writeWhole } from '../write-whole.ts';
import { type Places } from './places.ts';
import { readSnapshot, recall, refuseToForget, remember, type Snapshot } from './snapshot.ts';

/**
 * The local backend writes its file in place, and makes it empty first: a kill in between leaves 0 bytes, which the tools take for
 * a state that never was. Before a run such a file is replaced by the newest whole one that was seen of it.
 */
export async function mendLocalState(places: Places, attempts: Attempt[], { progress }: Run): Promise<void> {
  const found = await readSnapshot(places.state);
  if (found !== 'missing' && found !== 'broken') return await keepCopy(places, found);
  const [best] = await copiesOf(places);
  if (found === 'missing') return await refuseToForget(places, places.state, best?.file);
  await refuseWhileLocked(places, attempts);
  const { size } = await stat(places.state);
  if (best) {
    if (size > 0) await rename(places.state, `${places.state}.broken`);
    await writeWhole(places.state, best.text);
    progress.line(`the state was broken (${size} bytes): put back that of serial ${best.serial}, ${best.file}`);
    return await keepCopy(places, best);
  }
  if (size > 0 || (await recall(places))) throw broken(places, size);
  // of a first run, killed before it had written anything
  await rm(places.state);
}

/** Looks whether the state was written, and keeps a copy of each whole one. */
export function localStateKeeper(places: Places): () => Promise<void> {
  let known = '';
  return async () => {
    const found = await stat(places.state).catch(() => undefined);
    const now = `${found?.mtimeMs} ${found?.size}`;
    if (now === known || !found?.size) return;
    const snapshot = await readSnapshot(places.state);
    if (snapshot === 'missing' || snapshot === 'broken') return;
    known = now;
    await keepCopy(places, snapshot);
  };
}

async function keepCopy(places: Places, snapshot: Snapshot): Promise<void> {
  await writeWhole(places.goodState, snapshot.text);
  await remember(places, snapshot);
}

/** Whole copies of the same state, newest first: ours, and what the tool saved when it began. */
async function copiesOf(places: Places): Promise<(Snapshot & { file: string })[]> {
  const lineage = (await recall(places))?.lineage;
  const copies = [];
  for (const file of [places.goodState, `${places.state}.backup`]) {
    const copy = await readSnapshot(file);
    if (copy === 'missing' || copy === 'broken') continue;
    if (lineage === undefined || lineage === copy.lineage) copies.push({ ...copy, file });
  }
  return copies.toSorted((one, other) => other.serial - one.serial);
}

/** Somebody else's tool may be in the middle of writing it. */
async function refuseWhileLocked(places: Places, attempts: Attempt[]): Promise<void> {
  const file = path.join(path.dirname(places.state), `.${path.basename(places.state)}.lock.info`);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (!text) return;
  const { ID, Operation, Who, Created } = JSON.parse(text) as Record<string, string>;
  const lock: LockInfo = {
    id: ID ?? '',
    operation: Operation ?? 'unknown',
    who: Who ?? 'somebody',
    created: new Date(Created ?? 0),
  };
  if (!(await leaverOf(lock, attempts))) throw lockedBy(lock);
}

function broken(places: Places, size: number): Problem {
  return new Problem(
    'state-broken',
    `The state ${places.state} is broken (${size} bytes), and there is no whole copy of it`,
    'Put a copy of yours in its place. If there is none, see by the tag Environment what is there, remove it, then remove this file.',
  );
}
