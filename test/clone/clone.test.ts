import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { expect, it, onTestFinished } from 'vitest';
import { projectRoot } from '../../environments/root.ts';
import { temporaryDirectory } from '../support/flags.ts';

/** The README's command, as somebody types it who has just cloned the project and has nothing in any cache of ours. */
it('runs its first incident from a clean clone with nothing else to do', async () => {
  const directory = await temporaryDirectory();
  const clone = path.join(directory, 'clone');
  const env: NodeJS.ProcessEnv = { ...process.env, INCIDENTFOX_CACHE: path.join(directory, 'cache'), NO_COLOR: '1' };
  for (const name of ['INCIDENTFOX_LAB', 'TEMPORAL_CLI_PATH', 'TEMPORAL_ADDRESS', 'NODE_ENV', 'VITEST'])
    delete env[name];
  const options = { cwd: clone, env, extendEnv: false, all: true, reject: false } as const;
  const timed = async (title: string, file: string, args: string[], cwd = clone) => {
    const began = performance.now();
    const { all, exitCode } = await execa(file, args, { ...options, cwd });
    process.stdout.write(`${title}: ${((performance.now() - began) / 1_000).toFixed(1)} s\n`);
    return { all, exitCode };
  };

  expect(await timed('clone', 'git', ['clone', '--quiet', projectRoot, clone], directory)).toMatchObject({
    exitCode: 0,
  });
  onTestFinished(async () => void (await execa('npm', ['run', 'lab', '--', 'down'], options)));
  expect(await timed('npm install', 'npm', ['install'])).toMatchObject({ exitCode: 0 });
  const original = await readFile(path.join(clone, 'lab/flags/demo-3.0.0.flagd.json'), 'utf8');

  const args = ['run', 'incident', '--', 'payment-failure', '--duration', '30s'];
  const first = await timed('first incident, with downloads and start of the lab', 'npm', args);
  expect(first).toMatchObject({ exitCode: 0, all: expect.stringContaining('recovered') });
  expect(await readFile(path.join(clone, '.lab/flags/demo.flagd.json'), 'utf8')).toBe(original);

  const { exitCode } = await timed('lab down', 'npm', ['run', 'lab', '--', 'down']);
  expect(exitCode).toBe(0);
  const { stdout } = await execa('git', ['status', '--porcelain'], { cwd: clone });
  expect(stdout).toBe('');
});
