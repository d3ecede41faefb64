import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../activities/command.ts';
import { FlagDocument } from '../../activities/flags/document.ts';
import type { IncidentResult } from '../../workflows/contract.ts';
import { cellTable } from '../support/cells.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { builtCommand } from '../support/lab.ts';
import { Meter } from '../support/meter.ts';
import { imageContents } from './support/image.ts';
import { TeamLab } from './support/team-lab.ts';

// The team's lab without containers: what the image holds, as its user, on Temporal's own server and PostgreSQL.
const cleanup = fileCleanup();
let app: string;
let lab: TeamLab;
let original: string;
let meter: Meter;
const report = cellTable('a team’s lab');

beforeAll(async () => {
  app = await imageContents(cleanup);
  lab = await TeamLab.up(app, cleanup);
  original = await readFile(lab.flags, 'utf8');
  const { pid } = lab.start('reconciler');
  meter = new Meter(() => (pid === undefined ? [] : [pid]));
  cleanup(() => Promise.resolve(meter.stop()));
}, 400_000);

async function json<T>(...args: string[]): Promise<T> {
  const { stdout, stderr } = await lab.incident(...args, '--json');
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as T;
}

async function phaseOf(id: string): Promise<string | undefined> {
  return (await json<{ phase?: string }[]>('status', id))[0]?.phase;
}

describe('the lab for a team', () => {
  it('has production packages only, and what its processes read', async () => {
    await expect(stat(path.join(app, 'node_modules/vitest'))).rejects.toThrow('ENOENT');
    const { stdout } = await run('find', [app, '-name', '*.test.*', '-path', `${app}/dist/*`]);
    expect(stdout).toBe('');
    expect(JSON.parse((await lab.incident('list', '--json')).stdout)).toHaveLength(16);
  });

  it('runs an incident to its end, started from a container of its own', async () => {
    const worker = lab.start('worker');
    const result = await json<IncidentResult>('payment-failure', '--duration', '2s');
    expect(result).toMatchObject({ outcome: 'recovered', endedBy: 'deadline' });
    expect([await lab.isWell('worker'), await lab.isWell('reconciler')]).toEqual([true, true]);
    expect(await readFile(lab.flags, 'utf8')).toBe(original);
    await worker.kill();
  });

  it('has its fault withdrawn by the reconciler where Temporal, its database and every worker are gone', async ({
    task,
  }) => {
    const worker = lab.start('worker');
    const { id } = await json<IncidentResult>('ad-failure', '--duration', '8s', '--detach');
    await expect.poll(() => phaseOf(id), { timeout: 60_000 }).toBe('active');
    await worker.kill();
    lab.temporal.abandon();
    if (lab.temporal.pid !== undefined) process.kill(lab.temporal.pid, 'SIGKILL');
    await lab.temporal.database.kill();
    expect(new FlagDocument(await readFile(lab.flags, 'utf8')).flag('adFailure')).toContain(id);
    await expect.poll(() => readFile(lab.flags, 'utf8'), { timeout: 60_000 }).toBe(original);
    await lab.temporal.database.start();
    lab.temporal.keep();
    lab.start('worker');
    await expect.poll(() => phaseOf(id).catch(() => undefined), { timeout: 120_000 }).toBe('closed');
    const [closed] = await json<IncidentResult[]>('status', id);
    expect(closed).toMatchObject({ outcome: 'recovered', withdrawnBy: 'reconciler' });
    const [due, restoredAt] = [closed?.deadline, closed?.withdrawnAt].map((at) => Date.parse(at ?? ''));
    const ended = { due: due ?? Number.NaN, restoredAt, within: 3_000, meter };
    report(task.meta, { name: 'worker, server and database away', told: String(closed?.outcome), ...ended });
  });

  it('is halted and released from a container, and neither brought up nor taken down by `npm run lab`', async () => {
    expect(await lab.incident('halt')).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('is pulled') });
    expect(await json('payment-failure')).toMatchObject({ error: { code: 'halted' } });
    expect((await lab.incident('resume')).exitCode).toBe(0);
    for (const command of ['up', 'down']) {
      const { exitCode, stderr } = await builtCommand('lab', [command], { INCIDENTFOX_ENVIRONMENT: 'compose' });
      expect([exitCode, stderr]).toEqual([2, expect.stringContaining('workers run elsewhere')]);
    }
  });

  it('keeps its schema when the job for it runs again', async () => {
    await lab.temporal.setUpSchema();
    await lab.temporal.createNamespace();
    expect((await json<IncidentResult>('cart-failure', '--duration', '1s')).outcome).toBe('recovered');
  });
});
