import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { applyFault, recordFault } from '../../../activities/flags/apply.ts';
import { Caretaker, type Owners } from '../../../activities/flags/caretaker.ts';
import type { FileFlagStore } from '../../../activities/flags/file-store.ts';
import { pullLever, withdrawAll } from '../../../activities/flags/lever.ts';
import { withdrawDue } from '../../../activities/flags/reconciler.ts';
import { fileStore, handWritten, newRecord } from '../../support/flags.ts';

async function inForce(): Promise<FileFlagStore> {
  const store = await fileStore();
  const entry = newRecord(await store.identify(), handWritten);
  await store.change((state) => recordFault(state, entry.firstRunId, entry, Date.now()));
  await store.change((state) => applyFault(state, entry.firstRunId, entry.lab, Date.now()));
  return store;
}

/** Owners that are gone or live, and how many of them were told to end. */
function owners(gone: boolean): Owners & { told: number } {
  const verdict = gone ? ('gone' as const) : ('live' as const);
  const answer = { told: 0, ask: () => Promise.resolve(verdict), end: () => Promise.resolve(void (answer.told += 1)) };
  return answer;
}

const records = async (store: FileFlagStore) => (await store.read()).records();
const restored = () => Promise.resolve(true);

describe('the caretaker', () => {
  it('withdraws and closes the fault of an owner that is gone', async () => {
    const store = await inForce();
    expect(await new Caretaker(store, { owners: owners(true), isRestored: restored }).look()).toEqual(['incident-1']);
    expect(await readFile(store.location, 'utf8')).toBe(handWritten);
    expect(await records(store)).toMatchObject([
      { state: 'closed', withdrawnBy: 'reconciler', endedBy: 'ownerless', verifiedAt: expect.any(String) },
    ]);
  });

  it('does not close it before a flag evaluation shows it restored', async () => {
    const store = await inForce();
    const caretaker = new Caretaker(store, { owners: owners(true), isRestored: () => Promise.resolve(false) });
    await caretaker.look(true);
    expect(await records(store)).toMatchObject([{ state: 'withdrawing' }]);
  });

  it('touches nothing that a living owner holds', async () => {
    const store = await inForce();
    const text = await readFile(store.location, 'utf8');
    expect(await new Caretaker(store, { owners: owners(false), isRestored: restored }).look(true)).toEqual([]);
    expect(await readFile(store.location, 'utf8')).toBe(text);
  });

  it('touches nothing where owners cannot be asked, and says so', async () => {
    const store = await inForce();
    const text = await readFile(store.location, 'utf8');
    const silent = { ask: () => Promise.reject(new Error('no answer')), end: () => Promise.resolve() };
    await expect(new Caretaker(store, { owners: silent }).look(true)).rejects.toThrow('no answer');
    expect(await readFile(store.location, 'utf8')).toBe(text);
  });

  it('tells a living owner whose fault the lever withdrew, and leaves it to close its record', async () => {
    const store = await inForce();
    await pullLever(store, '');
    await withdrawAll(store);
    const living = owners(false);
    await new Caretaker(store, { owners: living }).ask(true);
    expect(living.told).toBe(0);
    await new Caretaker(store, { owners: living, isRestored: restored }).look(true);
    expect(living.told).toBe(1);
    expect(await records(store)).toMatchObject([{ state: 'withdrawing' }]);
  });

  it('closes a withdrawn record that nobody closes within a minute of its deadline', async () => {
    const store = await inForce();
    const [record] = await records(store);
    const late = Date.parse(record?.until ?? '') + 61_000;
    await withdrawDue(store, () => Date.parse(record?.until ?? '') + 600);
    await new Caretaker(store, { isRestored: restored }, () => late - 2_000).look();
    expect(await records(store)).toMatchObject([{ state: 'withdrawing' }]);
    await new Caretaker(store, { isRestored: restored }, () => late).look();
    expect(await records(store)).toMatchObject([{ state: 'closed', verifiedAt: new Date(late).toISOString() }]);
  });
});

describe('a marked fault without an open record', () => {
  it('is withdrawn by what its marker tells where the ledger is lost', async () => {
    const store = await inForce();
    const ledger = `${store.location}.ledger.json`;
    const text = await readFile(ledger, 'utf8');
    await writeFile(ledger, JSON.stringify({ ...JSON.parse(text), records: {} }));
    expect((await withdrawDue(store)).strays).toMatchObject([{ flag: 'paymentFailure', incident: 'incident-1' }]);
    expect(await readFile(store.location, 'utf8')).toBe(handWritten);
  });

  it('is left alone where nobody knows what was there before', async () => {
    const foreign = handWritten.replace(
      '"defaultVariant":"on"',
      '"defaultVariant":"on","metadata":{"incident":"INC-7"}',
    );
    const store = await fileStore(foreign);
    expect((await withdrawDue(store)).strays).toEqual([]);
    expect(await readFile(store.location, 'utf8')).toBe(foreign);
  });
});
