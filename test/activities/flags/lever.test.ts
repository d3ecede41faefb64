import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { applyFault, recordFault } from '../../../activities/flags/apply.ts';
import { FileFlagStore } from '../../../activities/flags/file-store.ts';
import { pullLever, releaseLever, withdrawAll } from '../../../activities/flags/lever.ts';
import { fileStore, handWritten, newRecord } from '../../support/flags.ts';

/** A store with a fault in force in each of the flags. */
async function withFaults(...flags: string[]): Promise<FileFlagStore> {
  const store = await fileStore();
  const lab = await store.identify();
  for (const flag of flags) {
    const entry = newRecord(lab, handWritten, flag, `incident-${flag}`);
    await store.change((state) => recordFault(state, entry.firstRunId, entry, Date.now()));
    await store.change((state) => applyFault(state, entry.firstRunId, lab, Date.now()));
  }
  return store;
}

describe('the safety lever', () => {
  it('withdraws every fault, and says by whom', async () => {
    const store = await withFaults('paymentFailure', 'café');
    await pullLever(store, 'drill');
    expect((await withdrawAll(store)).map(({ record }) => record.flag)).toEqual(['paymentFailure', 'café']);
    expect(await readFile(store.location, 'utf8')).toBe(handWritten);
    const records = (await store.read()).records();
    expect(records).toMatchObject([
      { state: 'withdrawing', withdrawnBy: 'lever', endedBy: 'halt' },
      { state: 'withdrawing', withdrawnBy: 'lever', endedBy: 'halt' },
    ]);
  });

  it('stays pulled for every process until it is released, with its first time and reason', async () => {
    const store = await withFaults();
    const lever = await pullLever(store, 'drill');
    const other = new FileFlagStore(store.location);
    expect(await pullLever(other, 'again')).toEqual(lever);
    expect((await other.read()).halted).toEqual(lever);
    const entry = newRecord(await other.identify(), handWritten);
    const record = () => other.change((state) => recordFault(state, entry.firstRunId, entry, Date.now()));
    await expect(record()).rejects.toMatchObject({ code: 'halted' });
    expect(await releaseLever(other)).toBe(true);
    expect(await releaseLever(other)).toBe(false);
    expect(await record()).toMatchObject({ state: 'open' });
  });

  it('refuses an injection that was recorded before it', async () => {
    const store = await fileStore();
    const entry = newRecord(await store.identify(), handWritten);
    await store.change((state) => recordFault(state, entry.firstRunId, entry, Date.now()));
    await pullLever(store, '');
    await expect(
      store.change((state) => applyFault(state, entry.firstRunId, entry.lab, Date.now())),
    ).rejects.toMatchObject({ code: 'halted' });
    expect(await readFile(store.location, 'utf8')).toBe(handWritten);
  });

  it('can be pulled where the flag file is missing, and then withdraws as soon as it is there', async () => {
    const store = await withFaults('paymentFailure');
    const text = await readFile(store.location, 'utf8');
    await rm(store.location);
    await pullLever(store, '');
    await expect(withdrawAll(store)).rejects.toMatchObject({ code: 'flags-missing' });
    expect((await stat(`${store.location}.ledger.json`)).mode & 0o777).toBe(0o600);
    await writeFile(store.location, text);
    await withdrawAll(store);
    expect(await readFile(store.location, 'utf8')).toBe(handWritten);
  });
});
