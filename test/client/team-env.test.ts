import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../../activities/command.ts';
import { projectRoot } from '../../environments/root.ts';
import { temporaryDirectory } from '../support/flags.ts';
import { builtCommand } from '../support/lab.ts';
import { composeFile } from '../support/compose.ts';

const team = (...args: string[]) => builtCommand('team', args);

describe('team env', () => {
  it('makes every password that docker-compose.yml asks for, each time others, for its owner alone, and prints none', async () => {
    const directory = await temporaryDirectory();
    const [first = '', second = ''] = ['a.env', 'b.env'].map((name) => path.join(directory, name));
    const said = [await team('env', '--out', first), await team('env', '--out', second, '--json')];
    expect(said.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    const asked = new Set((await readFile(composeFile, 'utf8')).match(/(?<=\$\{)[A-Z_]+(?=:\?)/g));
    const [one, two] = await Promise.all([first, second].map(passwordsIn));
    expect(new Set(Object.keys(one ?? {}))).toEqual(asked);
    const values = [...Object.values(one ?? {}), ...Object.values(two ?? {})];
    expect(new Set(values).size).toBe(asked.size * 2);
    for (const value of values) {
      expect(value).toMatch(/^[\w-]{43}$/);
      for (const { stdout, stderr } of said) expect(stdout + stderr).not.toContain(value);
    }
    expect((await stat(first)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(said[1]?.stdout ?? '')).toEqual({ file: second, passwords: Object.keys(two ?? {}) });
  });

  it('keeps a file that is there, and says so', async () => {
    const file = path.join(await temporaryDirectory(), '.env');
    await writeFile(file, 'POSTGRES_PASSWORD=known\n');
    const { exitCode, stdout } = await team('env', '--out', file, '--json');
    expect([exitCode, JSON.parse(stdout)]).toMatchObject([
      3,
      { error: { code: 'env-refused', message: /is there already/ } },
    ]);
    expect(await readFile(file, 'utf8')).toBe('POSTGRES_PASSWORD=known\n');
    expect(await readdir(path.dirname(file))).toEqual(['.env']);
  });

  it('keeps one of ten that make it at once', async () => {
    const file = path.join(await temporaryDirectory(), '.env');
    const codes = await Promise.all(
      Array.from({ length: 10 }, async () => (await team('env', '--out', file)).exitCode),
    );
    expect(codes.toSorted((a, b) => a - b)).toEqual([0, ...Array.from({ length: 9 }, () => 3)]);
    expect(Object.keys(await passwordsIn(file))).toHaveLength(2);
    expect(await readdir(path.dirname(file))).toEqual(['.env']);
  });

  it('leaves nothing where it cannot write', async () => {
    const directory = await temporaryDirectory();
    const { exitCode, stderr } = await team('env', '--out', path.join(directory, 'no/such/.env'));
    expect([exitCode, stderr]).toEqual([3, expect.stringContaining('cannot be written (ENOENT)')]);
    expect(await readdir(directory)).toEqual([]);
  });

  it('has its file kept out of git', async () => {
    expect((await run('git', ['check-ignore', '.env'], { cwd: projectRoot })).stdout).toBe('.env');
  });

  it('says what it can do', async () => {
    expect(await team('frobnicate')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('npm run team --') });
  });
});

async function passwordsIn(file: string): Promise<Record<string, string>> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line && !line.startsWith('#'));
  return Object.fromEntries(lines.map((line) => line.split('=', 2) as [string, string]));
}
