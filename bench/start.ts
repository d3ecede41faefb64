import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Table from 'cli-table3';
import { run } from '../activities/command.ts';
import { projectRoot } from '../environments/root.ts';
import type { IncidentResult } from '../workflows/contract.ts';
import { inTurn, timeCommand } from './measure.ts';

/** `npm run bench`: the command line and an incident's first step, each against a bare tool in the same run. */
const rounds = 9;
const directory = await mkdtemp(path.join(tmpdir(), 'incidentfox-bench-'));
const env = { ...process.env, INCIDENTFOX_LAB: directory };
const cli = (name: 'incident' | 'lab'): string => path.join(projectRoot, 'dist/bin', `${name}.js`);

interface Status {
  flagd: { ofrep: string; file: string };
}

try {
  const up = await run(process.execPath, [cli('lab'), 'up', '--detach', '--json'], { env });
  const { flagd } = JSON.parse(up.stdout) as Status;

  const sinceStart: number[] = [];
  const toWitness = async (file: string, args: string[]): Promise<number> => {
    const began = Date.now();
    const incident = ['payment-failure', '--variant', '50%', '--duration', '1s', '--json'];
    const { stdout } = await run(file, [...args, ...incident], { env, cwd: projectRoot });
    const { startedAt, witnessedAt } = JSON.parse(stdout) as IncidentResult;
    sinceStart.push(Date.parse(witnessedAt ?? '') - Date.parse(startedAt));
    return Date.parse(witnessedAt ?? '') - began;
  };
  const medians = await inTurn(rounds, {
    script: () => timeCommand(path.join(projectRoot, 'bench/flip.sh'), [flagd.file, flagd.ofrep]),
    npm: () => toWitness('npm', ['run', '-s', 'incident', '--']),
    node: () => toWitness(process.execPath, [cli('incident')]),
    workflow: () => Promise.resolve(sinceStart.at(-1) ?? Number.NaN),
    list: () => timeCommand(process.execPath, [cli('incident'), 'list'], env),
    bare: () => timeCommand(process.execPath, ['-e', '0']),
  });

  const { script, bare } = medians;
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
  process.stdout.write(`${table.toString()}\n${rounds} rounds in turn after one that is not counted; medians.\n`);
} finally {
  await run(process.execPath, [cli('lab'), 'down'], { env });
  await rm(directory, { recursive: true, force: true });
}
