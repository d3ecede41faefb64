import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { processRef } from '../../lab/process.ts';
import type { IncidentResult, IncidentState } from '../../workflows/contract.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { EmbeddedLab } from '../support/lab.ts';
import { patience } from '../support/patience.ts';

// A whole lab, as users have it. The older demo's flags: the newer one's have a lab of their own in test/lab/scenarios.test.ts.
const cleanup = fileCleanup();
let lab: EmbeddedLab;
let original: string;

beforeAll(async () => {
  lab = await EmbeddedLab.up(cleanup, ['--demo', '2.2.0']);
  original = await readFile(lab.at.flagd.file, 'utf8');
});

const flags = () => readFile(lab.at.flagd.file, 'utf8');

describe('an incident from the command line', () => {
  it('is followed to its verified recovery', async () => {
    const command = ['dist/bin/incident.js', 'payment-failure', '--duration', '10m', '--variant', '100%'];
    const env = { ...lab.env, NO_COLOR: '1' };
    const child = execa(process.execPath, command, { env, extendEnv: false, reject: false });
    let shown = '';
    child.stderr.on('data', (text) => (shown += String(text)));
    await expect.poll(() => shown, patience).toContain('active: paymentFailure = 100% until');
    const [entry] = await lab.jsonHere<IncidentState[]>('status');
    await lab.incidentHere('stop', entry?.id ?? '');
    const { stdout, exitCode } = await child;
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringContaining('recovered') });
    expect(await flags()).toBe(original);
  });

  it('prints one JSON document', async () => {
    const result = await lab.json<IncidentResult>('ad-failure', '--duration', '1s');
    expect(result).toMatchObject({
      id: expect.stringMatching(/^incident-ad-failure-/),
      runId: expect.any(String),
      scenario: 'ad-failure',
      flag: 'adFailure',
      variant: 'on',
      phase: 'closed',
      outcome: 'recovered',
      endedBy: 'deadline',
      overwritten: null,
    });
    for (const key of ['startedAt', 'appliedAt', 'witnessedAt', 'deadline', 'withdrawnAt', 'verifiedAt'] as const) {
      expect(result[key]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    }
    expect(result.receipts.map(({ witness, moment }) => `${witness} ${moment}`)).toContain('indicator before');
    expect(result.after).toEqual(result.before);
  });
});

describe('the lab', () => {
  it('is found by a second up, which starts nothing', async () => {
    const { stdout } = await lab.lab('up', '--detach', '--json');
    expect(JSON.parse(stdout)).toEqual(lab.at);
  });

  it('starts a worker that was killed again', async () => {
    process.kill(lab.at.worker.pid, 'SIGKILL');
    await expect
      .poll(async () => (await lab.state()).worker.process?.pid, patience)
      .not.toBeOneOf([lab.at.worker.pid, undefined]);
    const { worker } = JSON.parse((await lab.lab('status', '--json')).stdout) as typeof lab.at;
    expect(worker.pid).not.toBeOneOf([lab.at.worker.pid, null]);
    lab.at.worker = worker;
  });

  it('rolls back before it goes down, leaves no process, and says that it is down', async () => {
    await lab.incident('payment-failure', '--duration', '10m', '--detach');
    await expect.poll(flags, patience).not.toBe(original);
    const pids = [lab.at.temporal.pid, lab.at.worker.pid, lab.at.flagd.pid, lab.at.shop.pid, lab.at.supervisor.pid];
    expect((await Promise.all(pids.map(processRef))).map((ref) => ref?.pid)).toEqual(pids);
    expect((await lab.lab('down')).exitCode).toBe(0);
    expect(await flags()).toBe(original);
    expect((await Promise.all(pids.map(processRef))).filter(Boolean)).toEqual([]);
    expect(await lab.lab('status')).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('No lab is up') });
    expect(await lab.incident('status')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('No lab is up'),
    });
  });
});
