import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../../activities/command.ts';
import { projectRoot } from '../../environments/root.ts';
import { temporaryDirectory } from '../support/flags.ts';
import { kubernetesClients } from '../cluster/support/clients.ts';
import { readCompose } from './support/compose.ts';
import { copiesOf, dockerfile, readStages } from './support/dockerfile.ts';
import { lintDockerfile } from './support/hadolint.ts';

const text = readFileSync(dockerfile, 'utf8');
const guide = readFileSync(path.join(projectRoot, 'docs/team.md'), 'utf8');
const last = readStages().at(-1);

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

describe('the image', () => {
  it('is made of images that are pinned by version and digest, none of them Alpine', () => {
    const node = /^ARG NODE=(.*)$/m.exec(text)?.[1] ?? '';
    expect(node).toMatch(/^node:\d+\.\d+\.\d+-bookworm-slim@sha256:[0-9a-f]{64}$/);
    const own = new Set(['scratch', '${NODE}', 'fetched-${TARGETARCH}']);
    expect(readStages().filter(({ from }) => !own.has(from))).toEqual([]);
    expect(text).not.toMatch(/^(FROM|ARG).*alpine/im);
  });

  it('runs a Node that the project supports', () => {
    const [, major] = /^ARG NODE=node:(\d+)/m.exec(text) ?? [];
    expect(Number(major)).toBeGreaterThanOrEqual(20);
  });

  it('ends as another user than root, who has a volume for what is written', () => {
    const verbs = last?.instructions.filter(({ verb }) => verb === 'USER' || verb === 'VOLUME');
    expect(verbs?.map(({ text: said }) => said)).toEqual(['1000:1000', '["/lab", "/flags"]']);
  });

  it('has a health check that asks the metrics endpoint', () => {
    const check = last?.instructions.find(({ verb }) => verb === 'HEALTHCHECK')?.text ?? '';
    const script = (JSON.parse(/CMD (\[.*\])$/.exec(check)?.[1] ?? '') as string[])[2] ?? '';
    expect(script).toContain('INCIDENTFOX_METRICS');
    expect(script).toContain('/healthz');
  });

  it('copies only what is there, and what its ignore file lets through', async () => {
    const ignored = await readFile(path.join(projectRoot, '.dockerignore'), 'utf8');
    const passed = new Set(
      ignored
        .split('\n')
        .filter((line) => line.startsWith('!'))
        .map((line) => line.slice(1)),
    );
    const copied = readStages().flatMap((stage) => copiesOf(stage).flatMap(({ sources }) => sources));
    expect(copied.length).toBeGreaterThan(15);
    for (const source of copied) {
      expect([source, isThere(source)]).toEqual([source, true]);
      expect([source, passed.has(source.split('/')[0] ?? '')]).toEqual([source, true]);
    }
    for (const name of passed) expect([name, isThere(name)]).toEqual([name, true]);
  });

  it('fetches each program for both platforms, by version and checksum', () => {
    const fetched = [...text.matchAll(/ADD --checksum=sha256:[0-9a-f]{64} \\\n\s+(\S+)/g)].map(([, url]) => url ?? '');
    expect(fetched).toHaveLength(6);
    expect(text.match(/^ADD/gm)).toHaveLength(6);
    expect(fetched.filter((url) => url.includes('amd64')).map((url) => url.replaceAll('amd64', 'arm64'))).toEqual(
      fetched.filter((url) => url.includes('arm64')),
    );
  });

  it('has the very kubectl that the tests use, and the same helm and OpenTofu by version', async () => {
    const { helm, kubectl } = await kubernetesClients();
    const { stdout: sum } = await run('sha256sum', [kubectl]);
    expect(text).toContain(`${sum.split(' ')[0]} \\\n  https://dl.k8s.io/release/v1.35.2/bin/linux/amd64/kubectl`);
    const { stdout: version } = await run(helm, ['version', '--template', '{{.Version}}']);
    expect(text).toContain(`helm-${version}-linux-amd64.tar.gz`);
    const tofu = await readFile(path.join(projectRoot, 'tools/tofu/go.mod'), 'utf8');
    const [, tofuVersion] = /github.com\/opentofu\/opentofu v(\S+)/.exec(tofu) ?? [];
    expect(text).toContain(`tofu_${tofuVersion}_linux_amd64.zip`);
  });

  it('has the versions that the guide names', () => {
    const versions = [
      /^ARG NODE=node:([\d.]+)/m.exec(text)?.[1],
      /helm-v([\d.]+)-linux-amd64/.exec(text)?.[1],
      /release\/v([\d.]+)\/bin\/linux\/amd64\/kubectl/.exec(text)?.[1],
      /tofu_([\d.]+)_linux_amd64/.exec(text)?.[1],
      ...Object.values(readCompose().services).flatMap(({ image = '' }) => /:v?([\d.]+)[-@]/.exec(image)?.[1] ?? []),
    ];
    for (const version of versions) expect(guide).toContain(version);
  });
});

/** Whether the project has a file of that name, or one like `environments/*.yaml`. */
function isThere(source: string): boolean {
  const [before = '', after] = source.split('*');
  if (after === undefined) return existsSync(path.join(projectRoot, source));
  return readdirSync(path.join(projectRoot, before)).some((name) => name.endsWith(after));
}
