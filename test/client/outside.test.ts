import { readFile, rename } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { findTemporalCli } from '../../lab/tools/temporal.ts';
import type { IncidentState } from '../../workflows/contract.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { EmbeddedLab } from '../support/lab.ts';
import { patience } from '../support/patience.ts';
import { type Ended, findTctl, Outsider } from '../support/outside.ts';

const cleanup = fileCleanup();
let lab: EmbeddedLab;
let temporal: Outsider;
let original: string;

beforeAll(async () => {
  lab = await EmbeddedLab.withoutShop(cleanup);
  temporal = new Outsider(await findTemporalCli(), lab);
  original = await readFile(lab.at.flagd.file, 'utf8');
});

const incident = ['--task-queue', 'incidentfox-embedded', '--type', 'incident'];
const tenMinutes = '{"scenario":"payment-failure","duration":"10m"}';

const flags = () => readFile(lab.at.flagd.file, 'utf8');
const ledger = () => readFile(`${lab.at.flagd.file}.ledger.json`, 'utf8');

async function stateOf(id: string): Promise<IncidentState | undefined> {
  const query = ['workflow', 'query', '--workflow-id', id, '--type', 'state'];
  return (await temporal.json<{ queryResult?: [IncidentState] }>(...query)).queryResult?.[0];
}

async function active(id: string): Promise<IncidentState | undefined> {
  await expect.poll(async () => (await stateOf(id))?.phase, patience).toBe('active');
  expect(await flags()).not.toBe(original);
  return await stateOf(id);
}

async function startActive(): Promise<string> {
  const start = ['workflow', 'start', ...incident, '--input', tenMinutes];
  const { workflowId } = await temporal.json<{ workflowId: string }>(...start);
  await active(workflowId);
  return workflowId;
}

/** How the incident ended, and the flags as they are after it. */
async function ended(id: string): Promise<Ended & { flags: string }> {
  const end = await temporal.json<Ended>('workflow', 'result', '--workflow-id', id);
  return { ...end, flags: await flags() };
}

const recovered = (how: Partial<IncidentState>) => ({
  status: 'COMPLETED',
  result: { outcome: 'recovered', ...how },
  flags: original,
});

describe('an incident started with temporal', () => {
  it('one ends recovered at its deadline', async () => {
    const input = '{"scenario":"payment-failure","duration":"2s"}';
    const start = ['workflow', 'start', ...incident, '--input', input];
    const { workflowId } = await temporal.json<{ workflowId: string }>(...start);
    expect(await ended(workflowId)).toMatchObject(
      recovered({ endedBy: 'deadline', variant: '50%', witnessedAt: expect.any(String) }),
    );
    expect(await stateOf(workflowId)).toMatchObject({ phase: 'closed', outcome: 'recovered' });
  });

  it.each([
    ['without a word', [], null],
    ['with a reason', ['--input', '"enough seen"'], 'enough seen'],
  ])('one is stopped %s', async (_how, input, reason) => {
    const id = await startActive();
    await temporal.call('workflow', 'signal', '--workflow-id', id, '--name', 'stop', ...input);
    expect(await ended(id)).toMatchObject(recovered({ endedBy: 'stop', reason }));
  });

  it('one is extended, or told what an extension is, and cancelled', async () => {
    const id = await startActive();
    const before = Date.parse((await stateOf(id))?.deadline ?? '');
    const extend = (by: string) => ['workflow', 'update', 'execute', '-w', id, '--name', 'extend', '--input', by];
    await temporal.call(...extend('"5m"'));
    expect(Date.parse((await stateOf(id))?.deadline ?? '') - before).toBe(300_000);
    await expect(temporal.call(...extend('"25h"'))).rejects.toMatchObject({
      stderr: expect.stringContaining('Write one from 1s to 24h'),
    });
    expect(Date.parse((await stateOf(id))?.deadline ?? '') - before).toBe(300_000);
    await temporal.call('workflow', 'cancel', '--workflow-id', id);
    expect(await ended(id)).toMatchObject(recovered({ endedBy: 'cancel' }));
  });

  it.each([
    ['an unknown scenario', '{"scenario":"payment-failur"}', 'unknown-scenario', 'Did you mean payment-failure'],
    ['an unknown variant', '{"scenario":"payment-failure","variant":"33%"}', 'unknown-variant', '25%'],
    ['a variant at rest', '{"scenario":"payment-failure","variant":"off"}', 'unknown-variant', 'change nothing'],
    ['no time', '{"scenario":"payment-failure","duration":"0"}', 'bad-duration', 'from 1s to 24h'],
    ['time run backwards', '{"scenario":"payment-failure","duration":"-5m"}', 'bad-duration', 'from 1s to 24h'],
    ['too long a time', '{"scenario":"payment-failure","duration":"25h"}', 'bad-duration', 'from 1s to 24h'],
    ['no unit of time', '{"scenario":"payment-failure","duration":"10 parsecs"}', 'bad-duration', 'from 1s to 24h'],
    ['an empty duration', '{"scenario":"payment-failure","duration":""}', 'bad-duration', 'from 1s to 24h'],
    ['a number for a duration', '{"scenario":"payment-failure","duration":600}', 'bad-input', '"duration"'],
    ['a misspelt field', '{"scenario":"payment-failure","durration":"1m"}', 'bad-input', '"durration"'],
    ['an extra field', '{"scenario":"payment-failure","force":true}', 'bad-input', '"force"'],
    ['no scenario', '{}', 'bad-input', '"scenario"'],
    ['a bare name', '"payment-failure"', 'bad-input', 'Give {"scenario"'],
    ['nothing', undefined, 'bad-input', 'Give {"scenario"'],
  ])('%s fails the workflow at once and changes nothing', async (_what, input, type, hint) => {
    const records = await ledger();
    const execute = ['workflow', 'execute', ...incident, ...(input === undefined ? [] : ['--input', input])];
    const { status, closeEvent } = await temporal.json<Ended>(...execute);
    expect({ status, ...closeEvent.workflowExecutionFailedEventAttributes?.failure }).toMatchObject({
      status: 'FAILED',
      message: expect.stringContaining(hint),
      applicationFailureInfo: { type, nonRetryable: true },
    });
    expect(await flags()).toBe(original);
    expect(await ledger()).toBe(records);
  });

  it('a missing flag file fails the workflow at once and is not made', async () => {
    const { file } = lab.at.flagd;
    const records = await ledger();
    await rename(file, `${file}.away`);
    try {
      const { closeEvent } = await temporal.json<Ended>('workflow', 'execute', ...incident, '--input', tenMinutes);
      const { failure } = closeEvent.workflowExecutionFailedEventAttributes ?? {};
      expect(failure).toMatchObject({
        message: expect.stringContaining(file),
        applicationFailureInfo: { type: 'flags-missing' },
      });
      await expect(flags()).rejects.toMatchObject({ code: 'ENOENT' });
      expect(await ledger()).toBe(records);
    } finally {
      await rename(`${file}.away`, file);
    }
  });
});

const tctl = findTctl();
const callTctl = (...args: string[]) => new Outsider(tctl ?? '', lab).call(...args);
if (!tctl) process.stderr.write('No tests with tctl: set TCTL_PATH, or build it with tools/build.sh tctl\n');

describe.skipIf(!tctl)('an incident started with tctl', () => {
  const start = ['workflow', 'start', '--tq', 'incidentfox-embedded', '--wt', 'incident', '--input'];

  it('the documented command starts an incident, which stops when told', async () => {
    const { stdout } = await callTctl(...start, tenMinutes);
    const id = /Workflow Id: (\S+),/.exec(stdout)?.[1] ?? '';
    expect(await active(id)).toMatchObject({ id, flag: 'paymentFailure', variant: '50%' });
    const query = await callTctl('workflow', 'query', '--workflow_id', id, '--query_type', 'state');
    expect(query.stdout).toContain('"phase":"active"');
    await callTctl('workflow', 'signal', '--workflow_id', id, '--name', 'stop', '--input', '"seen by tctl"');
    expect(await ended(id)).toMatchObject(recovered({ endedBy: 'stop', reason: 'seen by tctl' }));
  });

  it('wrong input is told at once', async () => {
    const { stdout } = await callTctl(...start.with(1, 'run'), '{"scenario":"payment-failure","duration":"25h"}');
    expect(stdout).toContain('Status: FAILED');
    expect(stdout).toContain('Write one from 1s to 24h');
    expect(await flags()).toBe(original);
  });
});
