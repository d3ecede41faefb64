import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { FlagDocument } from '../../../../activities/flags/document.ts';
import { FileFlagStore } from '../../../../activities/flags/file-store.ts';
import { pullLever } from '../../../../activities/flags/lever.ts';
import { temporaryDirectory } from '../../../support/flags.ts';
import { isFull } from '../../../support/matrix.ts';
import { randomFrom } from '../../../support/random.ts';
import { original } from '../../../support/store/life.ts';
import { lookAt } from '../../../support/store/look.ts';
import { mutilate } from './mutilate.ts';
import { storeIn } from '../../../support/store/store-in.ts';

/** In a sample a quarter of them. */
const count = isFull() ? 1_000 : 250;
const rounds = Array.from({ length: count }, (_, round) => round);

it(`shows none of ${count} mutilated definitions, and lets the changes beside them through`, async () => {
  const location = await storeIn(path.join(await temporaryDirectory(), 'store'), ['record', 'apply']);
  const fault = new FlagDocument(lookAt(location)).flag('paymentFailure') ?? '';
  const random = randomFrom(1);
  const torn = rounds.map(() => mutilate(fault, random).toString());
  // and two that close what they stand in and go on
  const texts = [`${fault},"another":${fault}`, `${fault}},"flags":{"another":${fault}`, ...torn];
  const store = new FileFlagStore(location);
  const outcomes = new Set<string>();
  for (const text of texts) outcomes.add(await put(store, text, fault));
  expect([...outcomes].toSorted()).toEqual(['fulfilled', 'rejected']);
});

/** Writes a text for a flag, and a sound one for another in the same write: that one stands, the first only if it is sound. */
async function put(store: FileFlagStore, text: string, sound: string): Promise<string> {
  const write = (name: string, to: string) => store.change(() => ({ flag: { name, text: to }, answer: null }));
  writeFileSync(store.location, original);
  // what is asked for while the first is under way shares one write
  const [, outcome, beside] = await Promise.allSettled([
    store.change(() => ({ answer: null })),
    write('paymentFailure', text),
    write('cartFailure', sound),
  ]);
  const [document, before] = [new FlagDocument(readFileSync(store.location, 'utf8')), new FlagDocument(original)];
  const refused = codeOf(outcome);
  expect({
    text,
    beside: beside.status,
    refused,
    problem: document.problem,
    is: document.flag('paymentFailure'),
  }).toEqual({
    text,
    beside: 'fulfilled',
    refused: refused && 'flags-invalid',
    problem: undefined,
    is: refused ? before.flag('paymentFailure') : text.trim(),
  });
  expect([...document.names()]).toEqual(['cartFailure', 'paymentFailure', 'café']);
  const edits = ['cartFailure', 'paymentFailure'].map((flag) => [flag, before.flag(flag) ?? ''] as const);
  expect(document.with(new Map(edits)).text).toBe(original);
  return outcome.status;
}

it(`reads a mutilated ledger whole or refuses it, ${count} times, and never replaces one`, async () => {
  const location = await storeIn(path.join(await temporaryDirectory(), 'store'), ['recordAll', 'applyAll', 'withdraw']);
  const ledger = readFileSync(`${location}.ledger.json`, 'utf8');
  const random = randomFrom(2);
  const outcomes = new Set<string>();
  for (const _ of rounds) outcomes.add(await read(location, mutilate(ledger, random)));
  expect([...outcomes].toSorted()).toEqual(['fulfilled', 'rejected']);
});

/** Reads a store with this ledger and changes it: what was read is kept, what was not is left as it is. */
async function read(location: string, ledger: Buffer): Promise<string> {
  const file = `${location}.ledger.json`;
  writeFileSync(file, ledger);
  const store = new FileFlagStore(location);
  const [state, lever] = await Promise.allSettled([store.read(), pullLever(store, 'drill')]);
  const now = readFileSync(file);
  const isRead = lever.status === 'fulfilled';
  expect([codeOf(state), codeOf(lever)]).toEqual(isRead ? ['', ''] : ['ledger-invalid', 'ledger-invalid']);
  expect(isRead ? parsed(now) : now).toEqual(isRead ? { ...parsed(ledger), halted: lever.value } : ledger);
  return lever.status;
}

function codeOf(result: PromiseSettledResult<unknown>): string {
  return result.status === 'rejected' ? ((result.reason as { code?: string }).code ?? String(result.reason)) : '';
}

function parsed(json: Buffer): object {
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json)) as object;
}
