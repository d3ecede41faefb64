import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { CommandError, run } from '../../activities/command.ts';
import { loadEnvironment } from '../../environments/load.ts';
import { projectRoot } from '../../environments/root.ts';
import { searchAttributes } from '../../workflows/contract.ts';
import { temporaryDirectory } from '../support/flags.ts';
import { composeFile, environmentOf, readCompose, type Service } from '../support/compose.ts';

const { services, volumes } = readCompose();
const text = await readFile(composeFile, 'utf8');
const all = Object.entries(services);
const jobs = new Set(['schema', 'namespace', 'flags', 'incident']);

/** What dclint has against a compose file: the specification's own schema, and its rules. */
async function lint(file: string): Promise<string[]> {
  const program = path.join(projectRoot, 'node_modules/.bin/dclint');
  const config = path.join(projectRoot, '.dclintrc.json');
  const { stdout } = await run(program, ['-c', config, '-f', 'json', file]).catch((error: unknown) => {
    if (error instanceof CommandError) return { stdout: String(error.stdout) };
    throw error;
  });
  const found = JSON.parse(stdout) as { messages: { rule: string; message: string; line: number }[] }[];
  return found.flatMap(({ messages }) => messages.map(({ line, rule, message }) => `${line} ${rule}: ${message}`));
}

describe('the linter dclint', () => {
  it('has nothing against docker-compose.yml', async () => {
    expect(await lint(composeFile)).toEqual([]);
  });

  it.each([
    ['a key that the specification does not know', ['restart: unless-stopped', 'restarts: always'], 'invalid-schema'],
    ['a condition that there is none of', ['condition: service_healthy', 'condition: healthy'], 'invalid-schema'],
    ['a port on every interface', ["'127.0.0.1:7233:7233'", "'7233:7233'"], 'no-unbound-port-interfaces'],
    [
      'an image without a version',
      [/temporalio\/server:\S+/, 'temporalio/server'],
      'service-image-require-explicit-tag',
    ],
  ])('finds %s', async (_, [from, to], rule) => {
    const file = path.join(await temporaryDirectory(), 'docker-compose.yml');
    await writeFile(file, text.replace(from as string, to as string));
    expect((await lint(file)).join('\n')).toContain(rule);
  });
});

describe('docker-compose.yml', () => {
  it('opens ports on loopback only, each once', () => {
    const ports = all.flatMap(([, { ports: own = [] }]) => own);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    expect(new Set(ports.map((port) => port.split(':')[1])).size).toBe(ports.length);
  });

  it('holds no password: each is asked for, and said how to make', () => {
    const secret = all.flatMap(([, { environment = {} }]) =>
      Object.entries(environment).filter(([name]) => /PASSWORD|PWD|SECRET|TOKEN|KEY/.test(name)),
    );
    expect(secret.length).toBeGreaterThanOrEqual(4);
    for (const [, value] of secret) expect(value).toMatch(/^\$\{[A-Z_]+:\?make it first with npm run team -- env\}$/);
  });

  it('pins every image by version and digest, but for the one that it builds, which has the version of the project', async () => {
    const { version } = JSON.parse(await readFile(path.join(projectRoot, 'package.json'), 'utf8')) as {
      version: string;
    };
    for (const [name, { image = '' }] of all) {
      if (image === `incidentfox:${version}`) continue;
      expect([name, image]).toEqual([name, expect.stringMatching(/:v?\d+\.\d+[^@]*@sha256:[0-9a-f]{64}$/)]);
    }
    expect(all.filter(([, { build }]) => build !== undefined).map(([name]) => name)).toEqual(['flags']);
    expect(text).not.toContain('auto-setup');
  });

  it('has a health check for each service that stays, of its own or of the image; the others are jobs', () => {
    for (const [name, service] of all) {
      if (jobs.has(name)) continue;
      const ofImage = service.image?.startsWith('incidentfox:') && service.healthcheck === undefined;
      expect([name, ofImage || service.healthcheck?.test?.[0] === 'CMD']).toEqual([name, true]);
    }
    for (const name of jobs) expect(services[name]?.restart).not.toBe('unless-stopped');
  });

  it('starts each when what it needs is healthy, or done', () => {
    for (const [name, { depends_on: needs = {} }] of all) {
      for (const [needed, { condition }] of Object.entries(needs)) {
        const wanted = jobs.has(needed) ? 'service_completed_successfully' : 'service_healthy';
        expect([name, needed, condition]).toEqual([name, needed, wanted]);
      }
    }
  });

  it('lets the reconciler wait for nothing that it has to stand in for', () => {
    expect(Object.keys(services['reconciler']?.depends_on ?? {})).toEqual(['flags']);
  });

  it('mounts files that are there, read-only, and volumes that have a name', () => {
    const mounts = all.flatMap(([, { volumes: own = [] }]) => own.map((mount) => mount.split(':')));
    const files = mounts.filter(([source]) => source?.startsWith('./'));
    expect(files.filter(([, , mode]) => mode !== 'ro')).toEqual([]);
    expect(files.filter(([source = '']) => !isThere(source))).toEqual([]);
    const named = mounts.filter((mount) => !files.includes(mount)).map(([source]) => source);
    expect(new Set(named)).toEqual(new Set(Object.keys(volumes)));
  });

  it('gives every container no rights, and, but for one image that needs it, nothing to write to beside volumes', () => {
    const writable = all.filter(([, { read_only: isReadOnly }]) => isReadOnly !== true).map(([name]) => name);
    expect(writable).toEqual(['web-ui']);
    for (const [name, { cap_drop: dropped }] of all) expect([name, dropped]).toEqual([name, ['ALL']]);
  });

  it('runs programs of the project that are there, in an environment that can be read', () => {
    const own = all.filter(([, { image = '' }]) => image.startsWith('incidentfox:')).map(([, service]) => service);
    const programs = own.flatMap((service) => programOf(service) ?? []);
    expect(programs).toHaveLength(4);
    expect(programs.filter((program) => !isThere(program))).toEqual([]);
    const named = own.flatMap(({ environment }) => environment?.['INCIDENTFOX_ENVIRONMENT'] ?? []);
    expect(new Set(named)).toEqual(new Set(['/app/environments/compose.yaml']));
    expect(loadEnvironment('compose')).toMatchObject({ name: 'compose', temporal: { workers: 'elsewhere' } });
  });

  it('makes the search attributes that incidents have', () => {
    expect(environmentOf('namespace')['SEARCH_ATTRIBUTES']?.split(' ')).toEqual(Object.values(searchAttributes));
  });

  it('is understood by docker compose, where there is one', async () => {
    const has = await run('docker', ['compose', 'version']).then(
      () => true,
      () => false,
    );
    if (!has) return;
    const env = { POSTGRES_PASSWORD: 'x', GRAFANA_ADMIN_PASSWORD: 'x' };
    const config = ['compose', '--file', composeFile, '--profile', 'command', 'config', '--quiet'];
    expect(await run('docker', config, { env })).toMatchObject({ exitCode: 0 });
  });
});

/** The built file that a service's Node runs. */
function programOf({ entrypoint = [], command = [] }: Service): string | undefined {
  return [...entrypoint, ...command].find((word) => word.startsWith('dist/'));
}

function isThere(file: string): boolean {
  return existsSync(path.join(projectRoot, file));
}
