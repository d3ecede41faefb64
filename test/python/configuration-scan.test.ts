import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CommandError, run } from '../../activities/command.ts';
import { configuration } from '../opentofu/support/configuration.ts';
import { pythonTool } from '../support/python-tools.ts';

interface Check {
  check_id: string;
  check_name: string;
  resource: string;
  file_path: string;
  check_result: { suppress_comment?: string };
}

interface Scan {
  results: { passed_checks: Check[]; failed_checks: Check[]; skipped_checks: Check[]; parsing_errors: string[] };
}

const exception = /# checkov:skip=(?<id>\w+): (?<reason>.*)/g;

describe('the scanner checkov', () => {
  let results: Scan['results'];
  let exceptions: { id: string; reason: string; file: string }[];

  beforeAll(async () => {
    results = await scan(configuration);
    exceptions = await writtenExceptions();
  }, 300_000);

  it('reads all of the configuration', () => {
    expect(results.parsing_errors).toEqual([]);
    expect(results.passed_checks.length).toBeGreaterThan(100);
  });

  it('finds nothing that is not excepted', () => {
    expect(results.failed_checks.map((each) => `${each.file_path} ${each.resource}: ${each.check_name}`)).toEqual([]);
  });

  it('needs every exception that is written', () => {
    const used = results.skipped_checks.map((each) => `${each.check_id} in ${each.file_path.replace(/^\//, '')}`);
    const written = exceptions.map(({ id, file }) => `${id} in ${file}`);
    expect(new Set(written)).toEqual(new Set(used));
    expect(exceptions.filter(({ reason }) => reason.trim().split(' ').length < 2)).toEqual([]);
  });
});

async function scan(directory: string): Promise<Scan['results']> {
  const { file, args, env } = await pythonTool('checkov.main');
  // without the download of guidelines, which are no part of the checks
  const options = [
    '--directory',
    directory,
    '--framework',
    'terraform',
    '--skip-download',
    '--compact',
    '--output',
    'json',
  ];
  try {
    return (JSON.parse((await run(file, [...args, ...options], { env })).stdout) as Scan).results;
  } catch (error) {
    // it exits with 1 where it finds something
    if (!(error instanceof CommandError) || error.exitCode !== 1 || typeof error.stdout !== 'string') throw error;
    return (JSON.parse(error.stdout) as Scan).results;
  }
}

async function writtenExceptions(): Promise<{ id: string; reason: string; file: string }[]> {
  const files = (await readdir(configuration, { recursive: true })).filter((file) => file.endsWith('.tf'));
  const found = files.map(async (file) => {
    const text = await readFile(path.join(configuration, file), 'utf8');
    return [...text.matchAll(exception)].map(({ groups: { id = '', reason = '' } = {} }) => ({ id, reason, file }));
  });
  return (await Promise.all(found)).flat();
}
