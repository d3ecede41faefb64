import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../environments/root.ts';
import { readCompose } from '../support/compose.ts';
import { copiesOf, dockerfile, readStages } from '../support/dockerfile.ts';

const text = readFileSync(dockerfile, 'utf8');
const guide = readFileSync(path.join(projectRoot, 'docs/team.md'), 'utf8');
const last = readStages().at(-1);

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
