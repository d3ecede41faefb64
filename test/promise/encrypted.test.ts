import { chmod, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import proto from '@temporalio/proto';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { parse } from 'yaml';
import { openCodec } from '../../activities/codec/codec.ts';
import { findTemporalCli } from '../../lab/tools/temporal.ts';
import { type IncidentResult, type IncidentState, incidentWorkflowType, taskQueues } from '../../workflows/contract.ts';
import { cellTable } from '../support/cells.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { metadataOf, newKey, writeKeys } from '../support/codec-keys.ts';
import { startCodecServer } from '../support/codec-server.ts';
import { temporaryDirectory } from '../support/flags.ts';
import { builtCommand, EmbeddedLab } from '../support/lab.ts';
import { Meter } from '../support/meter.ts';
import { type Ended, Outsider } from '../support/outside.ts';
import { told } from './support/incident.ts';

/** How long the lab is waited for where the wait decides nothing (ms). */
const patience = { timeout: 120_000, interval: 50 };

// A lab whose payloads are encrypted: what Temporal keeps of it, who reads it even so, and what is not encrypted.
const cleanup = fileCleanup();
const canary = 'canary-of-a-reason-5b1f';
const openCanary = 'canary-in-the-open-77aa';
let lab: EmbeddedLab;
let temporal: Outsider;
let raw: Client;
let keys: string;
let endpoint: string;
let original: string;
/** an incident that is over, and for what reason nobody else is to know */
let past: string;

beforeAll(async () => {
  keys = path.join(await temporaryDirectory(cleanup), 'keys.yaml');
  await rotate();
  lab = await EmbeddedLab.withoutShop(cleanup, { env: { INCIDENTFOX_CODEC_KEYS: keys } });
  temporal = new Outsider(await findTemporalCli(), lab);
  const connection = await Connection.connect({ address: lab.at.temporal.address });
  cleanup(() => connection.close());
  raw = new Client({ connection });
  ({ endpoint } = await startCodecServer(keys, cleanup));
  original = await readFile(lab.at.flagd.file, 'utf8');
});

/** Makes a new key the active one; answers its id. */
async function rotate(): Promise<string> {
  const { stdout } = await builtCommand('codec', ['keys', '--out', keys, '--json']);
  return (JSON.parse(stdout) as { active: string }).active;
}

async function startActive(...options: string[]): Promise<string> {
  const { id } = await lab.json<IncidentState>('payment-failure', '--detach', '--duration', '10m', ...options);
  await vi.waitFor(async () => expect((await stateOf(id)).phase).toBe('active'), { timeout: 20_000 });
  return id;
}

async function stateOf(id: string): Promise<IncidentState> {
  const [state] = await lab.json<IncidentState[]>('status', id);
  if (!state) throw new Error(`no incident ${id}`);
  return state;
}

const stop = (id: string, reason: string) => lab.json<IncidentResult>('stop', id, '--reason', reason);
const historyOf = (id: string) => raw.workflow.getHandle(id).fetchHistory();

/** A workflow's history as Temporal keeps it, in bytes. */
async function bytesOf(id: string): Promise<Buffer> {
  return Buffer.from(proto.temporal.api.history.v1.History.encode(await historyOf(id)).finish());
}

/** All that the lab's own server has on disk. */
async function database(): Promise<Buffer> {
  const file = path.join(lab.directory, 'temporal/temporal.db');
  return Buffer.concat([await readFile(file), await readFile(`${file}-wal`)]);
}

/** Every payload of a history, with where it is. */
async function payloadsOf(id: string): Promise<{ at: string; payload: Payload }[]> {
  const { events } = await historyOf(id);
  return (events ?? []).flatMap((event) => [...payloadsIn(event, '')]);
}

function* payloadsIn(value: unknown, at: string): Generator<{ at: string; payload: Payload }> {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
  const { metadata } = value as Payload;
  if (metadata?.['encoding']) return yield { at, payload: value as Payload };
  for (const [name, inner] of Object.entries(value)) {
    const here = Array.isArray(value) ? at : `${at}.${name.replace(/EventAttributes$/, '')}`;
    yield* payloadsIn(inner, here.replace(/^\./, ''));
  }
}

const isEncrypted = ({ payload }: { payload: Payload }) => metadataOf(payload)['encoding'] === 'binary/encrypted';

const keyOf = (payload: Payload) => metadataOf(payload)['encryption-key-id'];

async function decodedBy(server: string, payload: Payload): Promise<string> {
  const asJson = proto.temporal.api.common.v1.Payload.toObject(
    proto.temporal.api.common.v1.Payload.fromObject(payload),
    { bytes: String },
  );
  const response = await fetch(`${server}/decode`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-namespace': 'default' },
    body: JSON.stringify({ payloads: [asJson] }),
  });
  const { payloads } = (await response.json()) as { payloads: { data: string }[] };
  return Buffer.from(payloads[0]?.data ?? '', 'base64').toString();
}

/** What `temporal workflow show` tells of a workflow, with the data of its payloads as text. */
async function shown(id: string, ...options: string[]): Promise<string> {
  const { stdout } = await temporal.call('workflow', 'show', '--workflow-id', id, '--output', 'json', ...options);
  return stdout.replaceAll(/"data":\s*"([^"]*)"/g, (_whole, data: string) => Buffer.from(data, 'base64').toString());
}

describe('an incident on a lab with encrypted payloads', () => {
  let active: Payload | undefined;
  let extended: object;
  let result: IncidentResult;

  beforeAll(async () => {
    past = await startActive();
    extended = await lab.json('extend', past, '5m');
    const { queryResult } = await raw.workflowService.queryWorkflow({
      namespace: 'default',
      execution: { workflowId: past },
      query: { queryType: '__temporal_workflow_metadata' },
    });
    active = queryResult?.payloads?.[0];
    result = await stop(past, canary);
  });

  it('runs and recovers, and what is said in it is nowhere in Temporal', async () => {
    expect(extended).not.toHaveProperty('error');
    expect(result).toMatchObject({ outcome: 'recovered', endedBy: 'stop', reason: canary });
    expect(await readFile(lab.at.flagd.file, 'utf8')).toBe(original);
    // the client shows it, also of an incident that is over
    expect(await stateOf(past)).toMatchObject({ phase: 'closed', reason: canary });
    const onDisk = await database();
    expect(onDisk.includes(past)).toBe(true);
    for (const bytes of [await bytesOf(past), onDisk]) {
      for (const secret of [canary, base64(canary), 'A share of the card charges fails']) {
        expect([secret, bytes.includes(secret)]).toEqual([secret, false]);
      }
    }
    // and in no log
    for (const part of ['supervisor', 'worker', 'temporal']) {
      expect(await readFile(path.join(lab.directory, `logs/${part}.log`), 'utf8')).not.toContain(canary);
    }
  });

  it('leaves only these payloads as they are: search attributes', async () => {
    const payloads = await payloadsOf(past);
    const open = payloads.filter((each) => !isEncrypted(each)).map(({ at }) => at.replace(/\.indexedFields.*/, ''));
    expect(new Set(open)).toEqual(new Set(['upsertWorkflowSearchAttributes.searchAttributes']));
    expect(payloads.filter(isEncrypted).map(({ at }) => at)).toEqual(
      expect.arrayContaining([
        'workflowExecutionStarted.input.payloads',
        'userMetadata.summary',
        'userMetadata.details',
        'activityTaskScheduled.input.payloads',
        'activityTaskCompleted.result.payloads',
        'workflowExecutionUpdateAccepted.acceptedRequest.input.args.payloads',
        'workflowExecutionSignaled.input.payloads',
        'workflowExecutionCompleted.result.payloads',
      ]),
    );
  });

  it('is read through the codec server: what the API answers, and by the temporal command', async () => {
    const signal = (await payloadsOf(past)).find(({ at }) => at.startsWith('workflowExecutionSignaled'));
    expect(await decodedBy(endpoint, signal?.payload ?? {})).toContain(canary);
    expect(await shown(past)).not.toContain(canary);
    const all = await shown(past, '--codec-endpoint', endpoint);
    for (const text of [canary, '{"scenario":"payment-failure"', 'A share of the card charges fails']) {
      expect(all).toContain(text);
    }
  });

  it('answers questions encrypted, which no history keeps', async () => {
    const query = ['workflow', 'query', '--workflow-id', past, '--type', 'state'];
    expect((await temporal.call(...query)).stdout).not.toContain(canary);
    expect((await temporal.call(...query, '--codec-endpoint', endpoint)).stdout).toContain(canary);
    // what the Web UI shows of it, from while it was active
    expect(metadataOf(active ?? {})).toMatchObject({ encoding: 'binary/encrypted' });
    expect(await decodedBy(endpoint, active ?? {})).toContain(`npm run incident -- stop ${past}`);
  });
});

describe('somebody without the keys', () => {
  const incident = ['--task-queue', 'incidentfox-embedded', '--type', 'incident'];

  it('starts and stops an incident with plain JSON, which stays plain where it was written', async () => {
    const input = ['--input', '{"scenario":"payment-failure","duration":"10m"}'];
    const { workflowId: id } = await temporal.json<{ workflowId: string }>('workflow', 'start', ...incident, ...input);
    await vi.waitFor(async () => expect((await stateOf(id)).phase).toBe('active'), { timeout: 20_000 });
    await temporal.call('workflow', 'signal', '--workflow-id', id, '--name', 'stop', '--input', `"${openCanary}"`);
    const result = ['workflow', 'result', '--workflow-id', id, '--codec-endpoint', endpoint];
    expect(await temporal.json<Ended>(...result)).toMatchObject({
      status: 'COMPLETED',
      result: { outcome: 'recovered', endedBy: 'stop', reason: openCanary },
    });
    // the same search as for the other finds it
    expect((await bytesOf(id)).includes(openCanary)).toBe(true);
    expect((await database()).includes(openCanary)).toBe(true);
    const open = (await payloadsOf(id)).filter((each) => !isEncrypted(each)).map(({ at }) => at);
    expect(open).toEqual(
      expect.arrayContaining(['workflowExecutionStarted.input.payloads', 'workflowExecutionSignaled.input.payloads']),
    );
    expect(open).not.toContain('workflowExecutionCompleted.result.payloads');
  });

  it('reads why an incident was refused, as messages of failures are not encrypted', async () => {
    const input = ['--input', `{"scenario":"${openCanary}"}`, '--codec-endpoint', endpoint];
    const { workflowId: id } = await temporal.json<{ workflowId: string }>('workflow', 'start', ...incident, ...input);
    await expect(raw.workflow.getHandle(id).result()).rejects.toThrow('Unknown encoding: binary/encrypted');
    const { events } = await historyOf(id);
    const failures = (events ?? []).flatMap(
      ({ activityTaskFailedEventAttributes: activity, workflowExecutionFailedEventAttributes: workflow }) =>
        activity?.failure ?? workflow?.failure ?? [],
    );
    expect(failures.length).toBeGreaterThan(0);
    for (const failure of failures)
      expect(JSON.stringify(failure)).toContain(`There is no scenario \\"${openCanary}\\"`);
    const payloads = await payloadsOf(id);
    expect(payloads.find(({ at }) => at.includes('applicationFailureInfo.details'))).toSatisfy(isEncrypted);
    expect(payloads.find(({ at }) => at === 'workflowExecutionStarted.input.payloads')).toSatisfy(isEncrypted);
  });

  it('reads for what reason a workflow was ended by force, which is not encrypted', async () => {
    const start = ['workflow', 'start', '--task-queue', 'nobody', '--type', 'incident'];
    const { workflowId: id } = await temporal.json<{ workflowId: string }>(...start);
    await raw.workflow.getHandle(id).terminate(openCanary);
    expect((await bytesOf(id)).includes(openCanary)).toBe(true);
  });

  it('is told by the client which keys the lab has', async () => {
    const without = { ...lab.env, INCIDENTFOX_CODEC_KEYS: '' };
    const { exitCode, stderr } = await builtCommand('incident', ['payment-failure', '--detach'], without);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(`INCIDENTFOX_CODEC_KEYS=${keys}`)]);
    const others = {
      ...lab.env,
      INCIDENTFOX_CODEC_KEYS: await writeKeys({ active: 'a', keys: { a: { key: newKey() } } }),
    };
    expect((await builtCommand('incident', ['status', 'x'], others)).stderr).toContain(keys);
  });

  it('brings up no lab with keys that are broken, and is told so', async () => {
    const broken = await writeKeys({ active: 'a', keys: { a: { key: newKey() } } }, 0o644);
    const other = new EmbeddedLab(await temporaryDirectory(), { INCIDENTFOX_CODEC_KEYS: broken });
    const { exitCode, stdout } = await other.lab('up', '--detach', '--json');
    expect([exitCode, JSON.parse(stdout)]).toMatchObject([1, { error: { code: 'bad-codec-keys', message: /0644/ } }]);
  });
});

describe('a key that is rotated', () => {
  it('in the middle of an incident encrypts the rest of it, and all that was before is still read', async () => {
    const during = await startActive();
    const id = await rotate();
    expect(await stop(during, `${canary} anew`)).toMatchObject({ outcome: 'recovered', reason: `${canary} anew` });
    const ids = (await payloadsOf(during)).filter(isEncrypted).map(({ payload }) => keyOf(payload));
    expect(new Set(ids.slice(0, ids.indexOf(id))).size).toBe(1);
    expect(new Set(ids.slice(-3))).toEqual(new Set([id]));
    for (const [incident, reason] of [
      [past, canary],
      [during, `${canary} anew`],
    ] as const) {
      expect((await stateOf(incident)).reason).toBe(reason);
      expect(await shown(incident, '--codec-endpoint', endpoint)).toContain(reason);
    }
  });
});

describe('a key file that breaks', () => {
  const report = cellTable('the key file breaks');

  it('keeps no fault in force, also where the worker is killed meanwhile', async ({ task }) => {
    const meter = new Meter(() => lab.pids());
    onTestFinished(() => meter.stop());
    const { id } = await lab.json<IncidentState>('payment-failure', '--detach', '--duration', '6s');
    await vi.waitFor(async () => expect((await stateOf(id)).phase).toBe('active'), patience);
    await chmod(keys, 0o644);
    try {
      process.kill(lab.at.worker.pid, 'SIGKILL');
      await expect.poll(() => readFile(lab.at.flagd.file, 'utf8')).toBe(original);
    } finally {
      await chmod(keys, 0o600);
    }
    await vi.waitFor(async () => expect((await stateOf(id)).phase).toBe('closed'), patience);
    const state = await stateOf(id);
    const { outcome, withdrawnBy } = state;
    expect({ outcome, withdrawnBy }).toEqual({ outcome: 'recovered', withdrawnBy: 'reconciler' });
    const [due, restoredAt] = [state.deadline, state.withdrawnAt].map((at) => Date.parse(at ?? ''));
    report(task.meta, {
      name: 'worker killed, keys not readable',
      due: due ?? Number.NaN,
      restoredAt,
      within: 3_000,
      meter,
      told: told(state),
    });
  });
});

describe('an incident whose key the lab has not', () => {
  it('keeps nobody else waiting, and begins once the key is there', async () => {
    const key = newKey();
    const foreign = await openCodec(await writeKeys({ active: 'foreign', keys: { foreign: { key } } }));
    const dataConverter = { payloadCodecs: [foreign] };
    const client = new Client({ connection: raw.connection, dataConverter });
    const handle = await client.workflow.start(incidentWorkflowType, {
      taskQueue: taskQueues('embedded').main,
      workflowId: 'incident-with-a-foreign-key',
      args: [{ scenario: 'ad-failure', duration: '10m' }],
      workflowTaskTimeout: '2s',
    });
    const refused = async (): Promise<unknown> => {
      const { events } = await handle.fetchHistory();
      return events?.find((event) => event.workflowTaskFailedEventAttributes)?.workflowTaskFailedEventAttributes;
    };
    await vi.waitFor(
      async () => expect(await refused()).toMatchObject({ failure: { message: expect.stringContaining('"foreign"') } }),
      patience,
    );
    await stop(await startActive(), '');
    const content = parse(await readFile(keys, 'utf8'), { schema: 'failsafe' }) as { keys: object };
    await writeFile(keys, JSON.stringify({ ...content, keys: { ...content.keys, foreign: { key } } }));
    await vi.waitFor(async () => expect((await stateOf(handle.workflowId)).phase).toBe('active'), patience);
    expect(await stop(handle.workflowId, '')).toMatchObject({ outcome: 'recovered' });
  });
});

function base64(text: string): string {
  return Buffer.from(text)
    .toString('base64')
    .replace(/.{0,2}=*$/, '');
}
