import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { dockerfile } from '../support/dockerfile.ts';
import { temporaryDirectory } from '../support/flags.ts';
import { lintDockerfile } from './support/hadolint.ts';

const text = readFileSync(dockerfile, 'utf8');

describe('the linter hadolint', () => {
  it('has nothing against the Dockerfile', async () => {
    expect(await lintDockerfile(dockerfile)).toEqual([]);
  });

  it.each([
    [
      'an image without a version',
      (whole: string) => whole.replace(/FROM \$\{NODE\} AS build/, 'FROM node AS build'),
      'DL3006',
    ],
    ['root as its last user', (whole: string) => whole.replace('USER 1000:1000', 'USER root'), 'DL3002'],
    ['an instruction that there is none of', (whole: string) => `${whole}COPPY a b\n`, 'DL1000'],
  ])('finds %s', async (_, broken, rule) => {
    const file = path.join(await temporaryDirectory(), 'Dockerfile');
    await writeFile(file, broken(text));
    expect((await lintDockerfile(file)).join('\n')).toContain(rule);
  });
});
