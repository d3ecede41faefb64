import { existsSync, readdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { FlagDocument } from '../../../activities/flags/document.ts';
import { FileFlagStore } from '../../../activities/flags/file-store.ts';
import { type Ledger, parseLedger } from '../../../activities/flags/ledger.ts';
import { markerOf, withBefore } from '../../../activities/flags/marker.ts';
import { entriesFor, original } from './life.ts';

/** Only root's chmod gives a file this mode: the children's umask takes most of it. */
export const documentMode = 0o664;

const before = new FlagDocument(original);
/** By flag: its text without the fault, and with it. */
const texts = new Map(
  entriesFor('').map(({ flag, applied }) => {
    const text = before.flag(flag) ?? '';
    return [flag, { text, fault: before.format(flag, withBefore(applied, text)) }];
  }),
);

export function ledgerOf(location: string): Ledger {
  return parseLedger(readFileSync(`${location}.ledger.json`, 'utf8'), location);
}

/** What must be true of a store whenever somebody looks, whatever happened before. Answers the document's text. */
export function lookAt(location: string): string {
  const text = readFileSync(location, 'utf8');
  const document = new FlagDocument(text);
  expect(document.problem).toBeUndefined();
  expect(statSync(location).mode & 0o7777).toBe(documentMode);
  expect(document.with(new Map([...texts].map(([flag, known]) => [flag, known.text]))).text).toBe(original);
  for (const [flag, known] of texts) expect([known.text, known.fault]).toContain(document.flag(flag));
  if (!existsSync(`${location}.ledger.json`)) {
    expect(text).toBe(original);
    return text;
  }
  expect(statSync(`${location}.ledger.json`).mode & 0o7777).toBe(0o600);
  const records = Object.values(ledgerOf(location).records);
  for (const flag of texts.keys()) {
    const incident = markerOf(document.flag(flag))?.incident;
    const holders = records.filter(({ id, state }) => id === incident && state !== 'closed');
    expect(holders.map((record) => record.flag)).toEqual(incident ? [flag] : []);
  }
  return text;
}

/**
 * That all is as if nothing had ever happened, but for closed records. What dead processes have left: a lock is broken by
 * the next change, and directories beside it, which block nobody, go once they are a minute old and a lab or worker starts.
 */
export async function lookAtTheEnd(location: string): Promise<void> {
  const store = new FileFlagStore(location);
  await store.change(() => ({ answer: null }));
  expect(lookAt(location)).toBe(original);
  expect(Object.values(ledgerOf(location).records).filter(({ state }) => state !== 'closed')).toEqual([]);
  const [name, directory] = [path.basename(location), path.dirname(location)];
  const beside = (): string[] => readdirSync(directory).filter((entry) => !entry.startsWith(`${name}.lock.`));
  expect(beside().toSorted()).toEqual([name, `${name}.ledger.json`]);
  for (const entry of readdirSync(directory))
    if (entry.includes('.lock.')) utimesSync(path.join(directory, entry), 0, 0);
  await store.identify();
  expect(readdirSync(directory)).toHaveLength(2);
}

const times = new Set(['recordedAt', 'appliedAt', 'withdrawnAt', 'closedAt', 'since']);

/** A ledger without what differs from one run of the same steps to the next. */
export function comparable({ lab, ...ledger }: Ledger): unknown {
  return JSON.parse(JSON.stringify(ledger).replaceAll(lab, 'lab'), (key, value: unknown) =>
    times.has(key) ? 'then' : value,
  );
}
