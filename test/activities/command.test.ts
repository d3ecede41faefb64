import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CommandError, run, start } from '../../activities/command.ts';

describe('run', () => {
  test('gives what the command printed', async () => {
    const { stdout, stderr, exitCode } = await run('sh', ['-c', 'echo out $ADDED; echo err >&2'], {
      env: { ADDED: '1' },
    });
    expect({ stdout, stderr, exitCode }).toEqual({ stdout: 'out 1', stderr: 'err', exitCode: 0 });
  });

  test('passes its input on, and an end of input where there is none', async () => {
    expect((await run('cat', [], { input: 'text' })).stdout).toBe('text');
    expect((await run('cat', [])).stdout).toBe('');
  });

  test('throws a CommandError with exit code and output', async () => {
    const failure: unknown = await run('sh', ['-c', 'echo out; echo err >&2; exit 3']).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CommandError);
    expect(failure).toMatchObject({ exitCode: 3, stdout: 'out', stderr: 'err' });
  });

  test('throws a CommandError where there is no such program', async () => {
    const failure: unknown = await run('no-such-program', []).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CommandError);
    expect(failure).toMatchObject({ code: 'ENOENT' });
  });

  test('ends a command at its timeout', async () => {
    await expect(run('sleep', ['60'], { timeout: 50 })).rejects.toMatchObject({ timedOut: true });
  });
});

describe('start', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'command-'));
  });
  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  test('sends both outputs to a file, and kill sends the signal that was asked for', async () => {
    const log = path.join(root, 'child.log');
    const output = openSync(log, 'a');
    const child = start('sh', ['-c', 'echo out; echo err >&2; exec sleep 60'], { output, killSignal: 'SIGINT' });
    closeSync(output);
    await expect.poll(() => readFileSync(log, 'utf8')).toBe('out\nerr\n');
    child.kill();
    expect((await child).signal).toBe('SIGINT');
  });

  test('leaves a detached child behind, in a group of its own, when its starter ends', async () => {
    const command = path.resolve('dist/activities/command.js');
    const script = `
      const { start } = await import(${JSON.stringify(command)});
      console.log(start('sleep', ['60'], { detached: true }).pid);`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script]);
    const pid = Number(stdout);
    expect(process.kill(-pid, 'SIGKILL')).toBe(true);
    await expect.poll(() => isRunning(pid)).toBe(false);
  });

  test('tells of a program that is not there by its result', async () => {
    expect(await start('no-such-program', [])).toMatchObject({ failed: true, code: 'ENOENT' });
  });
});

function isRunning(pid: number): boolean {
  try {
    // an ended process that nobody has waited for still has a number, but no command line
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
}
