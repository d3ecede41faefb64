import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../environments/root.ts';
import { temporaryDirectory } from '../support/flags.ts';
import { lintWorkflows } from './support/actionlint.ts';
import { auditWorkflows } from './support/zizmor.ts';

const directory = path.join(projectRoot, '.github/workflows');
const files = readdirSync(directory).map((name) => path.join(directory, name));
const text = files.map((file) => readFileSync(file, 'utf8')).join('\n');

describe('the linter actionlint', () => {
  it('has nothing against the workflows', async () => {
    expect(await lintWorkflows(files)).toEqual([]);
  });

  it.each([
    ['a name in an expression', 'full', 'matrix.shard }}/', 'matrix.shrad }}/', 'property "shrad" is not defined'],
    ['a function that there is none of', 'full', '!cancelled()', '!canceled()', 'undefined function "canceled"'],
    ['a job that there is none of', 'full', 'needs: suites', 'needs: suits', 'job "suits" which does not exist'],
    ['a time that no clock shows', 'full', "'17 2 ", "'17 25 ", 'invalid CRON format'],
    ['a runner that there is none of', 'gate', 'ubuntu-24.04', 'ubuntu-24.4', 'label "ubuntu-24.4" is unknown'],
    ['a misspelt permission', 'gate', 'contents: read', 'content: read', 'unknown permission scope "content"'],
  ])('finds %s', async (_, name, sound, broken, message) => {
    expect((await lintWorkflows([await brokenCopy(name, sound, broken)])).join('\n')).toContain(message);
  });
});

describe('the auditor zizmor', () => {
  it('has nothing against the workflows', async () => {
    expect(await auditWorkflows(files)).toEqual([]);
  });

  it.each([
    ['an action without a commit', /checkout@\S+ # /, 'checkout@', 'unpinned-uses'],
    ['an image without a digest', /@sha256:\w+/, '', 'unpinned-images'],
    ['a token that is left in the checkout', /\n +with:\n +persist-credentials: false/, '', 'artipacked'],
    ['permissions that nothing limits', /permissions:\n.*\n/, '', 'excessive-permissions'],
    [
      'a stranger’s pull request with the rights of main',
      'pull_request:',
      'pull_request_target:',
      'dangerous-triggers',
    ],
    ['text of others in a script', 'run: .ci/run', 'run: echo ${{ github.head_ref }}', 'template-injection'],
  ])('finds %s', async (_, sound, broken, rule) => {
    expect((await auditWorkflows([await brokenCopy('gate', sound, broken)])).join('\n')).toContain(rule);
  });
});

describe('the workflows', () => {
  it('say which version the commit of each action is', () => {
    const uses = text.match(/uses: .*/g) ?? [];
    expect(uses.length).toBeGreaterThan(8);
    for (const line of uses) expect(line).toMatch(/^uses: actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('run in one image, whose Go builds every tool', () => {
    const images = new Set(text.match(/golang:\S+/g));
    expect(images.size).toBe(1);
    const go = /golang:(\S+)-bookworm@/.exec(text)?.[1] ?? '';
    const modules = path.join(projectRoot, 'tools');
    for (const name of readdirSync(modules, { withFileTypes: true })) {
      if (!name.isDirectory()) continue;
      const [, needed = ''] = /^go (\S+)$/m.exec(readFileSync(path.join(modules, name.name, 'go.mod'), 'utf8')) ?? [];
      expect([name.name, needed.localeCompare(go, 'en', { numeric: true }) <= 0]).toEqual([name.name, true]);
    }
  });

  it('run on the oldest Node that the project supports', () => {
    const { engines } = JSON.parse(readFileSync(path.join(projectRoot, 'package.json'), 'utf8')) as {
      engines: { node: string };
    };
    const versions = [...text.matchAll(/node-version: '(.*)'/g)].map(([, version]) => `>=${version}.0`);
    expect(new Set(versions)).toEqual(new Set([engines.node]));
  });
});

/** A workflow of which one place is broken, in a directory of its own. */
async function brokenCopy(name: string, sound: string | RegExp, broken: string): Promise<string> {
  const whole = readFileSync(path.join(directory, `${name}.yaml`), 'utf8');
  const copy = whole.replace(sound, () => broken);
  expect(copy).not.toBe(whole);
  const file = path.join(await temporaryDirectory(), `${name}.yaml`);
  await writeFile(file, copy);
  return file;
}
