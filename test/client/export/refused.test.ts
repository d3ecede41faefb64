import { readdir } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { useAccount } from '../../support/aws/account.ts';
import { Front } from '../../support/aws/front.ts';
import { fileCleanup } from '../../support/cleanups.ts';
import { temporaryDirectory } from '../../support/flags.ts';
import { builtCommand, type CommandResult } from '../../support/lab.ts';

// before anything is asked of AWS, which answers nothing here
const front = await Front.up(fileCleanup());
let directory: string;

beforeEach(async () => {
  useAccount(front.endpoint);
  front.calls.length = 0;
  directory = await temporaryDirectory();
});

/** Whatever it leaves anywhere is in the test's directory. */
const secrets = (...args: string[]): Promise<CommandResult> =>
  builtCommand('secrets', args, { TMPDIR: directory, HOME: directory, INCIDENTFOX_LAB: directory });

async function requireNothingDone(): Promise<void> {
  expect(front.calls).toEqual([]);
  expect(await readdir(directory)).toEqual([]);
}

describe('an export is refused', () => {
  const given = ['export', '--environment', 'aws', '--format'];
  it.each([
    ['no format', ['export', '--out', 'x'], /--format/],
    ['no file', ['export', '--format', 'env'], /--out/],
    ['an unknown format', [...given, 'toString', '--out', 'x'], /There is no format "toString".*1password-csv/],
    [
      'JSON beside what is printed',
      [...given, 'env', '--out', '-', '--json'],
      /--json and --out - would both be printed/,
    ],
  ])('with %s', async (_case, args, message) => {
    const { stdout, stderr, exitCode } = await secrets(...args);
    expect(exitCode).toBe(2);
    expect(stdout + stderr).toMatch(message);
    await requireNothingDone();
  });
});

describe('a lab without secrets', () => {
  it.each(['export --format env --out x', 'sync', 'rotate', 'rotate --yes'])('says so at once: %s', async (line) => {
    const embedded = await secrets(...line.split(' '), '--json');
    expect(embedded.exitCode).toBe(2);
    const { error } = JSON.parse(embedded.stdout) as { error: object };
    expect(error).toMatchObject({
      code: 'no-secrets',
      message: 'The embedded lab has no secrets',
      hint: expect.stringContaining('AWS_ENDPOINT_URL_SECRETS_MANAGER'),
    });
    const cluster = await secrets(...line.split(' '), '--environment', 'kubernetes');
    expect(cluster.exitCode).toBe(2);
    expect(cluster.stderr).toMatch(/^✖ The kubernetes lab has no secrets\. Set secrets in its environment file/);
    // no lab was brought up, and the real Secrets Manager was not asked
    await requireNothingDone();
  });
});
