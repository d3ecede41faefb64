import path from 'node:path';
import Table from 'cli-table3';
import { run } from '../activities/command.ts';
import { projectRoot } from '../environments/root.ts';
import type { IncidentResult } from '../workflows/contract.ts';
import { type BenchLab, programFile, withLab } from './lab.ts';
import { inTurn, timeCommand } from './measure.ts';

const rounds = 9;

/** The command line and an incident's first step, each against a bare tool in the same run. */
export async function start(): Promise<string> {
  const { script, bare, ...medians } = await withLab(measure);
  const rows: [what: string, ms: number, peer: string, peerMs: number, aim: number][] = [
    ['npm run incident → witnessed', medians.npm, 'script', script, script + 700],
    ['the same without npm', medians.node, 'script', script, script + 700],
    ['workflow start → witnessed', medians.workflow, 'script', script, script * 1.5 + 150],
    ['incident list', medians.list, 'node -e 0', bare, bare + 150],
  ];
  const table = new Table({ head: ['', 'median ms', 'against', 'ms', 'ratio', 'more, ms', 'aim: at most, ms'] });
  for (const [what, ms, peer, peerMs, aim] of rows) {
    const figures = [ms, peer, peerMs, ms / peerMs, ms - peerMs, aim];
    table.push([
      what,
      ...figures.map((figure) => (typeof figure === 'number' ? figure.toFixed(figure < 20 ? 2 : 0) : figure)),
    ]);
  }
  return `${table.toString()}\n${rounds} rounds in turn after one that is not counted; medians.`;
}

async function measure({ env, status: { flagd } }: BenchLab) {
  const sinceStart: number[] = [];
  const toWitness = async (file: string, args: string[]): Promise<number> => {
    const began = Date.now();
    const incident = ['payment-failure', '--variant', '50%', '--duration', '1s', '--json'];
    const { stdout } = await run(file, [...args, ...incident], { env, cwd: projectRoot });
    const { startedAt, witnessedAt } = JSON.parse(stdout) as IncidentResult;
    sinceStart.push(Date.parse(witnessedAt ?? '') - Date.parse(startedAt));
    return Date.parse(witnessedAt ?? '') - began;
  };
  return await inTurn(rounds, {
    script: () => timeCommand(path.join(projectRoot, 'bench/flip.sh'), [flagd.file, flagd.ofrep]),
    npm: () => toWitness('npm', ['run', '-s', 'incident', '--']),
    node: () => toWitness(process.execPath, [programFile('incident')]),
    workflow: () => Promise.resolve(sinceStart.at(-1) ?? Number.NaN),
    list: () => timeCommand(process.execPath, [programFile('incident'), 'list'], env),
    bare: () => timeCommand(process.execPath, ['-e', '0']),
  });
}
