import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { loadCatalogue } from '../../scenarios/catalogue.ts';
import { type IncidentResult, incidentWorkflowType, taskQueues } from '../../workflows/contract.ts';
import { type BenchLab, withDirectory, withLab } from '../lab.ts';
import { writeManyFlags } from '../many-flags.ts';
import { median, waitUntil } from '../measure.ts';
import { type Cost, cpuOf, cpuOfChildren, memoryOf } from './processes.ts';

/** How long (s) each holds: all must have begun before the first ends. */
const hold = 60;
const together = 5;
const prefix = 'cost-';
/** How long (ms) the lab is watched without any. */
const idle = 5_000;
const warmUps = 3;

export interface OwnCost extends Cost {
  /** ms of CPU that the command line uses to start an incident and follow it */
  commandLine: number;
  /** ms of CPU, among the others, that a process uses for reading as many unchecked scenario files, at first and later */
  catalogue: { cold: number; warm: number };
}

/** What each of `count` incidents at once costs: the processes of the lab without its shop, which is what is broken. */
export async function costOfOurs(count: number): Promise<OwnCost> {
  return await withDirectory(async (directory) => {
    const { document, scenarios } = await writeManyFlags(count, directory);
    const lab = { document, env: { INCIDENTFOX_SCENARIOS: directory } };
    const cost = await withLab((up) => measure(up, scenarios), lab);
    return { ...cost, catalogue: costOfCatalogue(directory) };
  });
}

async function measure({ status, call }: BenchLab, scenarios: string[]): Promise<Omit<OwnCost, 'catalogue'>> {
  const { temporal, worker, flagd, supervisor } = status;
  const pids = [temporal, worker, flagd, supervisor].map(({ pid }) => pid);
  const count = scenarios.length;

  // the first incidents load and compile what all the later ones use
  const beforeCommands = cpuOfChildren();
  for (const scenario of scenarios.slice(0, warmUps)) await call('incident', scenario, '--duration', '1s');
  const commandLine = (cpuOfChildren() - beforeCommands) / warmUps;

  const beforeIdle = cpuOf(pids);
  await delay(idle);
  const idleCpu = ((cpuOf(pids) - beforeIdle) * 1_000) / idle;
  const idleMemory = memoryOf(pids);

  const connection = await Connection.connect({ address: temporal.address });
  try {
    const began = Date.now();
    const cpuBefore = cpuOf(pids);
    const handles = await startInTurn(new Client({ connection }), scenarios, flagd.file);
    await delay(2_000);
    const memory = (memoryOf(pids) - idleMemory) / count;
    const results = (await Promise.all(handles.map((handle) => handle.result()))) as IncidentResult[];
    const failed = results.filter(({ outcome }) => outcome !== 'recovered').length;
    if (failed > 0) throw new Error(`${failed} of our incidents did not recover`);
    const idleMeanwhile = (idleCpu * (Date.now() - began)) / 1_000;
    const cpu = (cpuOf(pids) - cpuBefore - idleMeanwhile) / count;
    return { count, memory, cpu, idleMemory, idleCpu, commandLine };
  } finally {
    await connection.close();
  }
}

/** Starts a few incidents at a time, the next ones when those are in force: it is not a rush that is measured. */
async function startInTurn(client: Client, scenarios: string[], file: string): Promise<WorkflowHandle[]> {
  const end = Date.now() + hold * 1_000;
  const handles: WorkflowHandle[] = [];
  const areInForce = (): boolean => readFileSync(file, 'utf8').split(`"incident": "${prefix}`).length > handles.length;
  while (handles.length < scenarios.length) {
    const next = scenarios.slice(handles.length, handles.length + together);
    const started = next.map((scenario) =>
      client.workflow.start(incidentWorkflowType, {
        taskQueue: taskQueues('embedded').main,
        workflowId: `${prefix}${scenario}`,
        workflowTaskTimeout: '2s',
        args: [{ scenario, duration: `${hold}s` }],
      }),
    );
    handles.push(...(await Promise.all(started)));
    await waitUntil(areInForce, end - Date.now(), `${handles.length} faults of ours are in force`);
  }
  return handles;
}

function costOfCatalogue(directory: string): OwnCost['catalogue'] {
  const [cold = 0, ...later] = Array.from({ length: 10 }, () => {
    const before = process.cpuUsage();
    loadCatalogue(directory);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  });
  return { cold, warm: median(later) };
}
