import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CancelledFailure } from '@temporalio/common';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { start } from '../../activities/command.ts';
import { temporaryDirectory } from '../support/flags.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { onlooker, type Rig, rigOf } from '../support/terraform/rig.ts';
import { begun, gated, letGo, isThere, processesOf, thrownBy, useTofu } from './support/terraform.ts';
import { buildWorker, killed } from './support/terraform-workers.ts';
import { tofuPath } from '../support/terraform/tofu.ts';

useTofu();
const cleanup = fileCleanup();
let startWorker: Awaited<ReturnType<typeof buildWorker>>;

beforeAll(async () => {
  startWorker = await buildWorker(await temporaryDirectory(cleanup));
});

/** A lab whose plan is made; at the end nothing of it may wait any more. */
async function planned(): Promise<Rig & { hash: string }> {
  const rig = await rigOf(gated);
  onTestFinished(() => letGo(rig));
  const run = onlooker();
  await rig.terraform.init(run);
  return { ...rig, hash: (await rig.terraform.plan(run)).hash };
}

const untilBegun = async (rig: Rig): Promise<void> => await expect.poll(() => begun(rig)).toBe(1);

test('progress is told: what is done, of how many, and what is under way', async () => {
  const rig = await planned();
  const run = onlooker();
  const applied = rig.terraform.apply(run, rig.hash);
  const busy = [{ address: 'terraform_data.slow', seconds: expect.any(Number) }];
  await expect.poll(() => run.shown.at(-1)).toEqual({ done: 1, of: 2, busy });
  await letGo(rig);
  await applied;
  expect(run.shown.at(-1)).toEqual({ done: 2, of: 2, busy: [] });
});

test('cancelled, the tool gets one SIGINT and its time; what it has made is in the state, and the next plan goes on', async () => {
  const rig = await planned();
  const [run, other] = [onlooker(), onlooker()];
  const applied = [run, other].map((each) => thrownBy(rig.terraform.apply(each, rig.hash)));
  await untilBegun(rig);
  run.cancel();
  other.cancel();
  for (const thrown of applied) expect(await thrown).toMatchObject({ message: 'cancelled' });
  const lines = [...run.lines, ...other.lines];
  expect(lines.filter((line) => line.startsWith('told apply to end'))).toHaveLength(1);
  expect(run.lines.filter((line) => /interrupt/i.test(line))).toEqual([expect.stringMatching(/^Interrupt received/)]);
  expect(await rig.terraform.state()).toEqual({ kind: 'present', resources: 2 });

  await letGo(rig);
  const again = onlooker();
  const plan = await rig.terraform.plan(again);
  expect(plan.changes).toEqual([{ address: 'terraform_data.slow', action: 'replace' }]);
  await rig.terraform.apply(again, plan.hash);
  expect(await rig.terraform.plan(again)).toMatchObject({ add: 0, destroy: 0 });
});

test('a worker that is shut down, or was late with a heartbeat, leaves the tool at work; the next attempt finds it', async () => {
  const rig = await planned();
  const run = onlooker();
  const left = thrownBy(rig.terraform.apply(run, rig.hash));
  await untilBegun(rig);
  run.cancel(new CancelledFailure('TIMED_OUT'));
  expect(await left).toMatchObject({ message: 'TIMED_OUT' });
  const next = rig.terraform.apply(onlooker(), rig.hash);
  await letGo(rig);
  await next;
  expect(begun(rig)).toBe(1);
});

test('two applies at once are one', async () => {
  const rig = await planned();
  const runs = [onlooker(), onlooker()] as const;
  const applied = Promise.all(runs.map((run) => rig.terraform.apply(run, rig.hash)));
  await untilBegun(rig);
  for (const run of runs) await expect.poll(() => run.shown.at(-1)).toMatchObject({ done: 1, of: 2 });
  await letGo(rig);
  await applied;
  expect(begun(rig)).toBe(1);
  expect(await rig.terraform.state()).toEqual({ kind: 'present', resources: 2 });
});

test('a worker is killed in the middle: the next finds the tool at work, and its result', async () => {
  const rig = await planned();
  const worker = startWorker(rig.options, rig.hash);
  await untilBegun(rig);
  await killed(worker);

  const run = onlooker();
  const applied = rig.terraform.apply(run, rig.hash);
  await expect.poll(() => run.shown.at(-1)).toMatchObject({ done: 1, of: 2 });
  await letGo(rig);
  await applied;
  expect(begun(rig)).toBe(1);
  expect(await rig.terraform.outputs()).toEqual({ quick: 'quick' });
});

test('a worker is killed, and the tool ends before there is another: the result is taken, nothing is applied again', async () => {
  const rig = await planned();
  const worker = startWorker(rig.options, rig.hash);
  await untilBegun(rig);
  await killed(worker);
  const [, shell] = processesOf(rig);
  await letGo(rig);
  await expect.poll(() => isThere(shell)).toBe(false);
  await rig.terraform.apply(onlooker(), rig.hash);
  expect(begun(rig)).toBe(1);
  expect(await rig.terraform.state()).toEqual({ kind: 'present', resources: 2 });
});

test('workers that begin in the same moment apply it once', async () => {
  const rig = await planned();
  const workers = [1, 2, 3].map(() => startWorker(rig.options, rig.hash));
  const exits = workers.map((worker) => once(worker, 'exit'));
  await untilBegun(rig);
  await letGo(rig);
  for (const exit of exits) expect(await exit).toEqual([0, null]);
  expect(begun(rig)).toBe(1);
});

test('a worker that died before it had started the tool is not waited for', async () => {
  const rig = await planned();
  await letGo(rig);
  const directory = path.join(rig.options.directory, 'runs', '000003');
  await mkdir(directory);
  const record = { operation: 'apply', request: rig.hash, begun: new Date().toISOString(), who: '' };
  const worker = { pid: 1, started: 'before' };
  await writeFile(path.join(directory, 'record'), JSON.stringify({ ...record, worker }));
  await rig.terraform.apply(onlooker(), rig.hash);
  expect(readFileSync(path.join(directory, 'pid'), 'utf8')).toBe('void');
  expect(begun(rig)).toBe(1);
});

test('other work waits for a run that a killed worker has left, and leaves it alone when it is cancelled', async () => {
  const rig = await planned();
  const worker = startWorker(rig.options, rig.hash);
  await untilBegun(rig);
  await killed(worker);

  const impatient = onlooker();
  const stopped = thrownBy(rig.terraform.plan(impatient));
  await expect.poll(() => impatient.shown.length).toBeGreaterThan(0);
  impatient.cancel();
  expect(await stopped).toMatchObject({ message: 'cancelled' });

  const plan = rig.terraform.plan(onlooker());
  await letGo(rig);
  expect(await plan).toMatchObject({ add: 0, destroy: 0, changes: [] });
  expect(begun(rig)).toBe(1);
});

test('the tool is killed: it is told as such, what it may have made is named, and the next plan goes on', async () => {
  const rig = await planned();
  const applied = thrownBy(rig.terraform.apply(onlooker(), rig.hash));
  await untilBegun(rig);
  process.kill(processesOf(rig)[0], 'SIGKILL');
  expect(await applied).toMatchObject({ code: 'terraform-failed', message: 'apply was killed' });

  await letGo(rig);
  const run = onlooker();
  const { hash } = await rig.terraform.plan(run);
  expect(run.lines).toContainEqual(expect.stringContaining('may have made terraform_data.slow'));
  await rig.terraform.apply(run, hash);
  expect(await rig.terraform.state()).toEqual({ kind: 'present', resources: 2 });
});

test("a lock that somebody else's tool holds stays theirs, and it is told whose it is", async () => {
  const rig = await planned();
  const work = path.join(rig.options.directory, 'configuration');
  const env = { TF_DATA_DIR: path.join(rig.options.directory, 'data') };
  const vars = `-var=at=${rig.at}`;
  const theirs = start(await tofuPath(), ['apply', '-auto-approve', vars], { cwd: work, env });
  onTestFinished(() => void theirs.kill());
  await untilBegun(rig);
  for (const attempt of [() => rig.terraform.plan(onlooker()), () => rig.terraform.apply(onlooker(), rig.hash)])
    await expect(attempt()).rejects.toMatchObject({
      code: 'terraform-locked',
      message: expect.stringMatching(/^The state is locked by \S+@\S+ since \d{4}-.*Z \(OperationTypeApply\)$/),
    });
  await letGo(rig);
  expect((await theirs).exitCode).toBe(0);
});
