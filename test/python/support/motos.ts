import type { TestProject } from 'vitest/node';
import { Moto } from '../../support/aws/moto.ts';

/** Starts a moto for each process that runs files of the suite, once for all of them: each takes two seconds of Python's start. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const ends: (() => Promise<void>)[] = [];
  const count = Number(project.config.maxWorkers);
  const motos = await Promise.all(Array.from({ length: count }, () => Moto.up((end) => void ends.push(end))));
  project.provide(
    'motos',
    motos.map(({ endpoint }) => endpoint),
  );
  return async () => void (await Promise.all(ends.map((end) => end())));
}
