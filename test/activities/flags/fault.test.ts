import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { activateFault, extendFault, recordFault } from '../../../activities/flags/apply.ts';
import { pullLever } from '../../../activities/flags/lever.ts';
import { withBefore } from '../../../activities/flags/marker.ts';
import { withdrawFault } from '../../../activities/flags/withdraw.ts';
import type { JsonObject } from '../../../workflows/contract.ts';
import { Fault, inForce } from '../../support/fault.ts';
import { fileStore, handWritten } from '../../support/flags.ts';

const hour = 3_600_000;

describe('a fault', () => {
  it.each(['paymentFailure', 'café'])('in %s is put in with its marker and withdrawn byte for byte', async (flag) => {
    const fault = await Fault.on(await fileStore(), flag);
    await fault.record();
    await fault.apply();
    expect(await fault.live()).toEqual(withBefore(fault.entry.applied, (await fault.record()).before));
    expect(await fault.withdraw()).toMatchObject({ withdrawnBy: 'workflow', overwritten: null });
    expect(await fault.close()).toEqual(fault.entry.before);
    expect(await readFile(fault.store.location, 'utf8')).toBe(handWritten);
    expect(await fault.state()).toBe('closed');
  });

  it('leaves every byte of what others changed meanwhile', async () => {
    const fault = await Fault.on(await fileStore());
    await fault.record();
    await fault.apply();
    const { text } = (await fault.store.read()).document;
    const edited = text.replace('"defaultVariant":"on"', '"defaultVariant":  "off"').replace('$schema', '$sChema');
    await writeFile(fault.store.location, edited);
    await fault.withdraw();
    expect(await readFile(fault.store.location, 'utf8')).toBe(
      handWritten.replace('"defaultVariant":"on"', '"defaultVariant":  "off"').replace('$schema', '$sChema'),
    );
  });

  it('restores the original over a hand edit of the same flag and hands that edit over', async () => {
    const fault = await Fault.on(await fileStore());
    await fault.record();
    await fault.apply();
    const edit = { state: 'ENABLED', variants: { off: 0, '7%': 0.07 }, defaultVariant: '7%' };
    const document = JSON.parse((await fault.store.read()).document.text) as { flags: JsonObject };
    document.flags['paymentFailure'] = edit;
    await writeFile(fault.store.location, JSON.stringify(document));
    expect((await fault.withdraw()).overwritten).toEqual(edit);
    expect(await fault.live()).toEqual(fault.entry.before);
    expect((await fault.withdraw()).overwritten).toEqual(edit);
  });

  it('puts back a flag that somebody deleted', async () => {
    const fault = await Fault.on(await fileStore());
    await fault.record();
    await fault.apply();
    await writeFile(fault.store.location, '{"flags":{}}');
    expect((await fault.withdraw()).overwritten).toEqual({ deleted: true });
    expect(await fault.live()).toEqual(fault.entry.before);
  });

  it('says that it was gone when somebody else restored it', async () => {
    const fault = await Fault.on(await fileStore());
    await fault.record();
    await fault.apply();
    const at = new Date().toISOString();
    const until = new Date(Date.now() + hour).toISOString();
    await fault.store.change((state) =>
      activateFault(state, fault.key, fault.entry.lab, { witnessedAt: at, until }, Date.now()),
    );
    await writeFile(fault.store.location, handWritten);
    expect(await fault.withdraw()).toMatchObject({ withdrawnBy: 'outside', overwritten: null });
  });

  it('is left alone once restored, whatever somebody made of the flag before the record was closed', async () => {
    const fault = await Fault.on(await fileStore());
    await fault.record();
    await fault.apply();
    await fault.withdraw();
    const edited = handWritten.replace('"100%": 1', '"100%": 0.99');
    await writeFile(fault.store.location, edited);
    await fault.withdraw();
    expect(await readFile(fault.store.location, 'utf8')).toBe(edited);
  });
});

describe('a late attempt', () => {
  it.each([
    ['withdrawn', async (fault: Fault) => void (await fault.withdraw())],
    ['overdue', () => Promise.resolve()],
    ['halted', async (fault: Fault) => void (await pullLever(fault.store, 'enough'))],
  ])(
    'of one whose answer was lost is told that the fault was applied, and applies none where it is %s',
    async (what, end) => {
      const { fault } = await inForce();
      const { appliedAt } = (await fault.store.read()).record(fault.key) ?? {};
      await end(fault);
      const before = (await fault.store.read()).document.text;
      const again = await fault.apply(what === 'overdue' ? Date.parse(fault.entry.until) : Date.now());
      expect([again.appliedAt, typeof appliedAt]).toEqual([appliedAt, 'string']);
      expect((await fault.store.read()).document.text).toBe(before);
    },
  );

  it('to inject finds no record and is refused', async () => {
    const fault = await Fault.on(await fileStore());
    await expect(fault.apply()).rejects.toMatchObject({ code: 'record-closed' });
    expect(await readFile(fault.store.location, 'utf8')).toBe(handWritten);
  });

  it('to inject after the deadline or the withdrawal is refused', async () => {
    const fault = await Fault.on(await fileStore());
    await fault.record();
    await expect(fault.apply(Date.now() + 2 * hour)).rejects.toMatchObject({ code: 'record-closed' });
    await fault.withdraw();
    await expect(fault.apply()).rejects.toMatchObject({ code: 'record-closed' });
    await fault.close();
    await expect(fault.apply()).rejects.toMatchObject({ code: 'record-closed' });
    await expect(fault.record()).rejects.toMatchObject({ code: 'record-closed' });
  });

  it('to record after the withdrawal of what was never recorded is refused', async () => {
    const fault = await Fault.on(await fileStore());
    await fault.withdraw();
    await expect(fault.record()).rejects.toMatchObject({ code: 'record-closed' });
  });

  it('to record or inject again changes nothing', async () => {
    const fault = await Fault.on(await fileStore());
    const first = await fault.record();
    await fault.apply();
    const { text } = (await fault.store.read()).document;
    expect(await fault.record()).toMatchObject(first);
    await fault.apply();
    expect((await fault.store.read()).document.text).toBe(text);
  });
});

describe('one incident a flag at a time', () => {
  it('names the holder', async () => {
    const store = await fileStore();
    await (await Fault.on(store)).record();
    const second = await Fault.on(store, 'paymentFailure', 'incident-2');
    await expect(second.record()).rejects.toMatchObject({
      code: 'flag-taken',
      message: expect.stringContaining('incident-1'),
    });
    expect(await second.state()).toBeUndefined();
  });

  it('holds among 50 that ask in the same instant from stores of their own', async () => {
    const { location } = await fileStore();
    const { FileFlagStore: Store } = await import('../../../activities/flags/file-store.ts');
    const faults = await Promise.all(
      Array.from({ length: 50 }, (_, index) => Fault.on(new Store(location), 'paymentFailure', `incident-${index}`)),
    );
    const outcomes = await Promise.allSettled(faults.map((fault) => fault.record()));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('extending', () => {
  it('moves until of an open record once, and not beyond a day', async () => {
    const fault = await Fault.on(await fileStore());
    const { until } = await fault.record();
    const later = new Date(Date.parse(until) + hour).toISOString();
    const extend = (to: string) =>
      fault.store.change((state) => extendFault(state, fault.key, fault.entry.lab, to, Date.now()));
    expect(await extend(later)).toBe(later);
    expect(await extend(later)).toBe(later);
    // a late attempt of an earlier extension takes nothing away
    await extend(new Date(Date.parse(later) - hour / 2).toISOString());
    expect((await fault.store.read()).record(fault.key)?.until).toBe(later);
    const beyond = new Date(Date.now() + 25 * hour).toISOString();
    await expect(extend(beyond)).rejects.toMatchObject({ code: 'bad-duration' });
    await fault.withdraw();
    await expect(extend(new Date(Date.parse(later) + 1).toISOString())).rejects.toMatchObject({
      code: 'record-closed',
    });
  });
});

describe('another lab', () => {
  it('is not touched', async () => {
    const fault = await Fault.on(await fileStore());
    const foreign = { ...fault.entry, lab: 'another' };
    await expect(
      fault.store.change((state) => recordFault(state, fault.key, foreign, Date.now())),
    ).rejects.toMatchObject({
      code: 'lab-mismatch',
    });
    await expect(
      fault.store.change((state) => withdrawFault(state, fault.key, foreign, { by: 'workflow' }, Date.now())),
    ).rejects.toMatchObject({ code: 'lab-mismatch' });
  });
});
