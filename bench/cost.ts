import Table from 'cli-table3';
import { costOfChaosToolkit } from './cost/chaos-toolkit.ts';
import { costOfOurs } from './cost/ours.ts';

/** Memory and CPU of an incident among many at once, and of what must run before the first. */
export async function cost(): Promise<string> {
  const chaos = await costOfChaosToolkit(20);
  const ours = await costOfOurs(100);
  const rows: [what: string, chaos: number, ours: number][] = [
    ['memory of each, MB', megabytes(chaos.memory), megabytes(ours.memory)],
    ['CPU of each, ms', chaos.cpu, ours.cpu],
    ['  with our command line to start it and follow it', chaos.cpu, ours.cpu + ours.commandLine],
    ['memory without any, MB', megabytes(chaos.idleMemory), megabytes(ours.idleMemory)],
    ['CPU without any, ms/s', chaos.idleCpu, ours.idleCpu],
  ];
  const table = new Table({
    head: ['', `Chaos Toolkit, ${chaos.count} at once`, `ours, ${ours.count} at once`, 'ratio'],
  });
  for (const [what, theirs, own] of rows) {
    table.push([what, shown(theirs), shown(own), theirs === 0 ? '' : (own / theirs).toFixed(2)]);
  }
  const even = Math.ceil(ours.idleMemory / (chaos.memory - ours.memory));
  return [
    table.toString(),
    'Ours: Temporal server, worker, flag daemon and supervisor; what each incident adds to them at rest. CPU:',
    `${shown(ours.catalogue.warm)} ms of it, and ${shown(ours.catalogue.cold)} of the command line's, for reading ${ours.count} scenario files that no build has checked.`,
    `Theirs: a process each. From ${even} at once on, ours takes less memory in all.`,
  ].join('\n');
}

const megabytes = (bytes: number): number => bytes / 1_048_576;
const shown = (figure: number): string => figure.toFixed(figure > 0 && figure < 20 ? 2 : 0);
