import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { run } from '../../../activities/command.ts';
import { findTool, type Tool } from '../../../lab/tools/find.ts';
import { findTemporalCli, temporalCli } from '../../../lab/tools/temporal.ts';
import { findTestServer, testServer } from '../../../lab/tools/test-server.ts';

const tools: [string, Tool, () => Promise<string>][] = [
  ['the Temporal CLI', temporalCli, findTemporalCli],
  ['the test server', testServer, findTestServer],
];

let root: string;
let cache: string;

/** Makes a program; what it does matters only where it is run. */
function program(...where: string[]): string {
  const file = path.join(root, ...where);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, '#!/bin/sh\nexit 1\n');
  chmodSync(file, 0o755);
  return file;
}

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'tools-'));
  cache = path.join(root, 'cache');
  vi.stubEnv('INCIDENTFOX_CACHE', cache);
  vi.stubEnv('TEMPORAL_CLI_PATH', undefined);
  vi.stubEnv('TEMPORAL_TEST_SERVER_PATH', undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

describe.each(tools)('%s', (_title, tool, find) => {
  const cachedPath = ['cache', tool.program, tool.download.version, 'bin', tool.program];

  test('is the one that the environment names, before a cached one', async () => {
    program(...cachedPath);
    const named = program('mine');
    vi.stubEnv(tool.variable, named);
    expect(await find()).toBe(named);
  });

  test.each([
    ['missing', (): string => path.join(root, 'missing')],
    ['a directory', (): string => root],
    [
      'not executable',
      (): string => {
        const file = program('plain');
        chmodSync(file, 0o644);
        return file;
      },
    ],
  ])('is refused by name where the environment names one that is %s', async (_what, make) => {
    program(...cachedPath);
    const named = make();
    vi.stubEnv(tool.variable, named);
    await expect(find()).rejects.toMatchObject({
      code: 'start-failed',
      message: expect.stringContaining(`${tool.variable} names ${named}`),
    });
  });

  test('is a cached one without any command run', async () => {
    const cached = program(...cachedPath);
    // with nothing on PATH there is no python3, and node's own path is no program
    vi.stubEnv('PATH', root);
    vi.spyOn(process, 'execPath', 'get').mockReturnValue(path.join(root, 'no-node'));
    expect(await find()).toBe(cached);
    vi.restoreAllMocks();
  });

  test('is pinned to one version, for four kinds of machine', () => {
    const lines = readFileSync(tool.requirements, 'utf8').split('\n');
    expect(lines.filter((line) => /^[a-z-]+==[\d.]+ \\$/.test(line))).toHaveLength(1);
    expect(lines.filter((line) => /^ +--hash=sha256:[0-9a-f]{64}( \\)?$/.test(line))).toHaveLength(4);
  });
});

test('a temporal on PATH is taken before a cached one', async () => {
  program('cache/temporal', temporalCli.download.version, 'bin/temporal');
  const installed = program('bin/temporal');
  vi.stubEnv('PATH', `${path.dirname(installed)}:${process.env['PATH']}`);
  expect(await findTemporalCli()).toBe(installed);
});

describe('fetching', () => {
  beforeEach(() => {
    // no temporal that this machine happens to have
    const directories = (process.env['PATH'] ?? '').split(':').filter((directory) => !hasTemporal(directory));
    vi.stubEnv('PATH', directories.join(':'));
  });

  test('twice at once into an empty cache gives one whole program, and the next find takes it', async () => {
    const [one, other] = await Promise.all([findTemporalCli(), findTemporalCli()]);
    expect(other).toBe(one);
    const { stdout } = await run(one, ['--version']);
    expect(stdout).toContain('temporal version 1.9.1');
    expect(readdirSync(path.join(cache, 'temporal'))).toEqual([temporalCli.download.version]);

    const before = statSync(one).ino;
    const progress = vi.fn<(text: string) => void>();
    expect(await findTemporalCli(progress)).toBe(one);
    expect([statSync(one).ino, progress.mock.calls]).toEqual([before, []]);
  });

  test('the test server, shown to its user as it goes', async () => {
    const progress = vi.fn<(text: string) => void>();
    const found = await findTestServer(progress);
    expect(statSync(found).size).toBeGreaterThan(1_000_000);
    expect(progress.mock.calls[0]).toEqual(['downloading the time-skipping test server']);
  });

  test('a wheel that is not the pinned one is refused, and nothing half-made stays', async () => {
    const doctored = path.join(root, 'doctored.txt');
    const hashes = readFileSync(testServer.requirements, 'utf8').replaceAll(/sha256:.{8}/g, 'sha256:00000000');
    writeFileSync(doctored, hashes);
    await expect(findTool({ ...testServer, ...noVendor, requirements: doctored })).rejects.toMatchObject({
      code: 'start-failed',
      message: expect.stringMatching(/time-skipping test server could not be fetched: .+/),
    });
    expect(readdirSync(path.join(cache, testServer.program))).toEqual([]);
  });

  test('without Python it says what to do', async () => {
    vi.stubEnv('PATH', root);
    await expect(findTool({ ...testServer, ...noVendor })).rejects.toMatchObject({
      code: 'start-failed',
      hint: expect.stringContaining('install Python 3 with pip'),
    });
  });

  test('what a killed process has left is removed, what a living one is making is not', async () => {
    const parent = path.join(cache, testServer.program);
    const { stdout: dead } = await run('sh', ['-c', 'echo $$']);
    mkdirSync(path.join(parent, `.staging-${dead}-a`), { recursive: true });
    mkdirSync(path.join(parent, `.staging-${process.ppid}-b`));
    vi.stubEnv('PATH', root);
    await expect(findTool({ ...testServer, ...noVendor })).rejects.toThrow('could not be fetched');
    expect(readdirSync(parent)).toEqual([`.staging-${process.ppid}-b`]);
  });
});

/** A version that the vendor does not have, so that only the wheel is left. */
const noVendor = { download: { kind: 'time-skipping', version: 'v0.0.0-none' } } as const;

function hasTemporal(directory: string): boolean {
  return statSync(path.join(directory, 'temporal'), { throwIfNoEntry: false }) !== undefined;
}
