import { copyFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { start } from '../../activities/command.ts';
import { projectRoot } from '../../environments/root.ts';
import { withDirectory } from '../lab.ts';
import { waitUntil } from '../measure.ts';
import { chaosToolkit } from '../peers/commands.ts';
import { type Cost, cpuOfChildren, memoryOf } from './processes.ts';

/** How long (s) each holds: all must have begun before the first ends. */
const hold = 15;

/** What each of `count` runs of Chaos Toolkit at once costs. */
export async function costOfChaosToolkit(count: number): Promise<Cost> {
  const command = await chaosToolkit();
  const original = path.join(projectRoot, 'lab/flags/demo-3.0.0.flagd.json');
  const before = readFileSync(original, 'utf8');
  const isBroken = (file: string): boolean => readFileSync(file, 'utf8') !== before;
  return await withDirectory(async (directory) => {
    const files = Array.from({ length: count }, (_, index) => path.join(directory, `${index}.json`));
    for (const file of files) copyFileSync(original, file);
    const cpuBefore = cpuOfChildren();
    const children = files.map((file) => {
      const { file: program, args, env } = command(file, hold);
      return start(program, args, { env });
    });
    try {
      await waitUntil(() => files.every(isBroken), hold * 1_000, 'Chaos Toolkit has every fault in force');
      await delay(500);
      const memory = memoryOf(children.flatMap(({ pid }) => pid ?? [])) / count;
      await Promise.all(children);
      if (files.some(isBroken)) throw new Error('Chaos Toolkit left a fault');
      return { count, memory, cpu: (cpuOfChildren() - cpuBefore) / count, idleMemory: 0, idleCpu: 0 };
    } finally {
      for (const child of children) child.kill('SIGKILL');
      await Promise.all(children);
    }
  });
}
