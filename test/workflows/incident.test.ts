import { chmod, readFile, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { beforeAll, describe, expect, it } from 'vitest';
import { type IncidentResult, messages } from '../../workflows/contract.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { flagFile } from '../support/flags.ts';
import { patience } from '../support/patience.ts';
import { reached, stateOf, type TestLab, testLab } from '../support/incidents.ts';

const resultOf = (handle: WorkflowHandle) => handle.result() as Promise<IncidentResult>;
const hold = { scenario: 'payment-failure', duration: '24h', variant: '100%' };

const cleanup = fileCleanup();
let lab: TestLab;
beforeAll(async () => {
  lab = await testLab({ cleanup });
});

/** Nothing is left: the very same text, and no open record. */
async function expectWhole(): Promise<void> {
  expect(await lab.document()).toBe(lab.original);
  expect((await lab.records()).filter((state) => state !== 'closed')).toEqual([]);
}

async function startActive(input: unknown = hold): Promise<WorkflowHandle> {
  const handle = await lab.start(input);
  await reached(handle, 'active');
  return handle;
}

async function stopAndWait(handle: WorkflowHandle): Promise<IncidentResult> {
  await handle.signal(messages.stop);
  return await resultOf(handle);
}

describe('an incident', () => {
  it('of 24 hours ends at its deadline, exactly as before, in a short history', async () => {
    const own = await testLab();
    const handle = await own.start(hold, 'incident-1');
    const result = await own.skipToEnd(handle);
    expect(result).toMatchObject({
      id: 'incident-1',
      scenario: 'payment-failure',
      flag: 'paymentFailure',
      variant: '100%',
      phase: 'closed',
      outcome: 'recovered',
      endedBy: 'deadline',
      withdrawnBy: 'workflow',
      overwritten: null,
      error: null,
      applied: { defaultVariant: '100%', metadata: { incident: 'incident-1' } },
    });
    expect(result.after).toEqual(result.before);
    expect(result.receipts.map(({ moment, value }) => [moment, value])).toEqual([
      ['before', 0],
      ['during', 1],
      ['after', 0],
    ]);
    expect(Date.parse(result.deadline ?? '') - Date.parse(result.witnessedAt ?? '')).toBe(24 * 3_600_000);
    expect(await own.document()).toBe(own.original);
    expect(await own.records()).toEqual(['closed']);
    const { events } = await handle.fetchHistory();
    expect(events?.length).toBeLessThan(100);
  });

  it.each([
    ['product-catalog-failure', 'productCatalogFailure'],
    ['traffic-flood', 'loadGeneratorVUs'],
    ['intl-shipping-slowdown', 'intlShippingSlowdown'],
  ])('%s restores a flag that targeting decides or that does not rest on off', async (scenario, flag) => {
    const handle = await startActive({ scenario, duration: '1h' });
    expect(await lab.document()).not.toBe(lab.original);
    expect(await stopAndWait(handle)).toMatchObject({ outcome: 'recovered', flag });
    await expectWhole();
  });
});

describe('ending early', () => {
  it.each([
    ['a string', 'enough', 'enough'],
    ['an object', { reason: 'enough' }, 'enough'],
    ['nothing', undefined, null],
    ['nonsense', 7, null],
  ])('by stop with %s', async (_what, argument, reason) => {
    const handle = await startActive();
    await handle.signal(messages.stop, ...(argument === undefined ? [] : [argument]));
    expect(await resultOf(handle)).toMatchObject({ outcome: 'recovered', endedBy: 'stop', reason });
    await expectWhole();
  });

  it('by cancel, even twice, completes with the result', async () => {
    const handle = await startActive();
    await handle.cancel();
    await handle.cancel();
    expect(await resultOf(handle)).toMatchObject({ outcome: 'recovered', endedBy: 'cancel' });
    expect(await lab.document()).toBe(lab.original);
  });

  it('by stop or cancel within an instant of the start leaves nothing', async () => {
    const own = await testLab({ server: 'dev' });
    for (const pause of [0, 5, 10, 15, 20, 30, 40]) {
      const stopped = await own.start(hold);
      await delay(pause);
      await stopped.signal(messages.stop);
      const cancelled = await own.start({ ...hold, scenario: 'ad-failure', variant: 'on' });
      await delay(pause);
      await cancelled.cancel();
      expect((await resultOf(stopped)).endedBy).toBe('stop');
      expect((await resultOf(cancelled)).endedBy).toBe('cancel');
      expect(await own.document()).toBe(own.original);
      expect((await own.records()).filter((state) => state !== 'closed')).toEqual([]);
    }
  });

  it('while the flags cannot be written stays visibly rolling-back, and ends when they can', async () => {
    const handle = await startActive();
    await chmod(lab.store.location, 0o444);
    await handle.signal(messages.stop);
    await reached(handle, 'rolling-back');
    await expect
      .poll(async () => (await handle.describe()).raw.pendingActivities?.[0]?.attempt ?? 0, patience)
      .toBeGreaterThan(1);
    expect((await stateOf(handle)).phase).toBe('rolling-back');
    await chmod(lab.store.location, 0o644);
    expect(await resultOf(handle)).toMatchObject({ outcome: 'recovered' });
    expect(await lab.document()).toBe(lab.original);
  });

  it('because nobody saw the fault: never reported as an incident', async () => {
    const elsewhere = await flagFile(await readFile('lab/flags/demo-3.0.0.flagd.json', 'utf8'));
    const own = await testLab({ daemonFile: elsewhere });
    const result = await own.run(hold);
    expect(result).toMatchObject({ outcome: 'invalid-injection', endedBy: 'failure', witnessedAt: null });
    expect(await own.document()).toBe(own.original);
    expect(await own.records()).toEqual(['closed']);
  });
});

describe('extending', () => {
  it('moves the deadline by that much, once for each Update', async () => {
    const own = await testLab();
    const handle = await own.start({ ...hold, duration: '1h' });
    const { deadline } = await reached(handle, 'active');
    const by = (minutes: number) => new Date(Date.parse(deadline ?? '') + minutes * 60_000).toISOString();
    const answers = await Promise.all([
      handle.executeUpdate<{ deadline: string }, [unknown]>(messages.extend, { args: ['10m'] }),
      handle.executeUpdate<{ deadline: string }, [unknown]>(messages.extend, { args: [{ by: '20m' }] }),
    ]);
    expect(
      answers
        .map((answer) => answer.deadline)
        .toSorted()
        .at(-1),
    ).toBe(by(30));
    expect((await stateOf(handle)).deadline).toBe(by(30));
    expect((await own.store.read()).record((await handle.describe()).runId)).toMatchObject({ until: by(30) });
    const result = await own.skipToEnd(handle);
    expect(result).toMatchObject({ outcome: 'recovered', endedBy: 'deadline', deadline: by(30) });
  });

  it('by nonsense, or beyond a day from now, is rejected and changes nothing', async () => {
    const handle = await startActive();
    const { deadline } = await stateOf(handle);
    for (const by of ['0', '-5m', '25h', '10 parsecs', '', 7, null, {}, '1h']) {
      await expect(handle.executeUpdate(messages.extend, { args: [{ by }] })).rejects.toMatchObject({
        cause: { type: 'bad-duration' },
      });
    }
    expect((await stateOf(handle)).deadline).toBe(deadline);
    await stopAndWait(handle);
  });

  it('an incident that is over is refused', async () => {
    const handle = await startActive();
    await stopAndWait(handle);
    await expect(handle.executeUpdate(messages.extend, { args: ['5m'] })).rejects.toBeInstanceOf(Error);
    await expectWhole();
  });
});

describe('on one flag', () => {
  it('one of many that start in the same instant holds it, the rest are refused with its id', async () => {
    const handles = await Promise.all(Array.from({ length: 10 }, () => lab.start(hold)));
    const refusals: { message: string; type: string }[] = [];
    for (const handle of handles) {
      void resultOf(handle).catch(({ cause }: { cause: { message: string; type: string } }) => refusals.push(cause));
    }
    await expect.poll(() => refusals.length, patience).toBe(9);
    const states = await Promise.all(handles.map(stateOf));
    const holder = states.find(({ phase }) => phase !== 'closed');
    expect(new Set(refusals.map(({ type }) => type))).toEqual(new Set(['flag-taken']));
    for (const { message } of refusals) expect(message).toContain(holder?.id);
    await Promise.all(handles.filter(({ workflowId }) => workflowId === holder?.id).map(stopAndWait));
    await expectWhole();
  });
});

describe('refused input', () => {
  it.each([
    ['unknown scenario', { scenario: 'payment-failur' }, 'unknown-scenario', 'payment-failure'],
    ['unknown variant', { scenario: 'payment-failure', variant: '33%' }, 'unknown-variant', '25%'],
    ['resting variant', { scenario: 'payment-failure', variant: 'off' }, 'unknown-variant', '25%'],
    ['zero', { scenario: 'payment-failure', duration: '0' }, 'bad-duration', '10m'],
    ['negative', { scenario: 'payment-failure', duration: '-5m' }, 'bad-duration', '10m'],
    ['too long', { scenario: 'payment-failure', duration: '25h' }, 'bad-duration', '24h'],
    ['unit', { scenario: 'payment-failure', duration: '10 parsecs' }, 'bad-duration', '10m'],
    ['empty duration', { scenario: 'payment-failure', duration: '' }, 'bad-duration', '10m'],
    ['number as duration', { scenario: 'payment-failure', duration: 600 }, 'bad-input', 'duration'],
    ['misspelt field', { scenario: 'payment-failure', durration: '1m' }, 'bad-input', 'durration'],
    ['no scenario', {}, 'bad-input', 'scenario'],
    ['a string', 'payment-failure', 'bad-input', 'scenario'],
    ['a list', [], 'bad-input', 'scenario'],
    ['null', null, 'bad-input', 'scenario'],
    ['nothing', undefined, 'bad-input', 'scenario'],
    ['huge', { scenario: 'x'.repeat(100_000) }, 'unknown-scenario', 'list'],
    ['unicode', { scenario: '支付失败\u0000\n' }, 'unknown-scenario', 'list'],
    ['prototype', { scenario: 'constructor' }, 'unknown-scenario', 'list'],
    ['prototype variant', { scenario: 'payment-failure', variant: 'toString' }, 'unknown-variant', '25%'],
  ])('%s fails the workflow at once with what to do', async (_what, input, type, hint) => {
    const records = await lab.records();
    const refused = lab.run(input);
    await expect(refused).rejects.toMatchObject({ cause: { type, nonRetryable: true } });
    const failure = (await refused.catch((error: unknown) => error)) as {
      cause: { message: string; details: unknown[] };
    };
    expect(failure.cause.message).toContain(hint);
    expect(failure.cause.message).not.toContain('\n');
    expect(failure.cause.message.length).toBeLessThan(1_000);
    expect(failure.cause.details).toMatchObject([{ error: { code: type } }]);
    await expectWhole();
    expect(await lab.records()).toEqual(records);
  });

  it.each([
    ['empty', '', 'flags-invalid'],
    ['not JSON', '{', 'flags-invalid'],
    ['not flagd', '{"flags":[]}', 'flags-invalid'],
    ['without the flag', '{"flags":{}}', 'flag-not-found'],
  ])('a flag file that is %s', async (_what, text, type) => {
    await writeFile(lab.store.location, text);
    await expect(lab.run({ scenario: 'payment-failure' })).rejects.toMatchObject({ cause: { type } });
    expect(await lab.document()).toBe(text);
    await writeFile(lab.store.location, lab.original);
  });

  it('a flag file that is read-only', async () => {
    await chmod(lab.store.location, 0o444);
    await expect(lab.run({ scenario: 'payment-failure' })).rejects.toMatchObject({
      cause: { type: 'flags-read-only' },
    });
    await chmod(lab.store.location, 0o644);
    await expectWhole();
  });
});
