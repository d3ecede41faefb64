import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { fileCleanup } from '../support/cleanups.ts';
import { temporaryDirectory } from '../support/flags.ts';
import { EmbeddedLab } from '../support/lab.ts';
import { Authority, type Certificate } from './support/certificates.ts';
import { SharedLab } from './support/shared-lab.ts';
import { TeamTemporal } from '../support/temporal-server/team-temporal.ts';

const cleanup = fileCleanup();
const serverName = 'temporal.test';
let directory: string;
let authority: Authority;
let stranger: Authority;
let client: Certificate;
let temporal: TeamTemporal;
/** a profile of Temporal's own kind, as `temporal config set` writes it */
let profile: NodeJS.ProcessEnv;

beforeAll(async () => {
  directory = await temporaryDirectory(cleanup);
  authority = await Authority.make(directory, 'authority');
  stranger = await Authority.make(directory, 'stranger');
  const server = await authority.certify('temporal', [`DNS:${serverName}`]);
  client = await authority.certify('incidentfox');
  temporal = await TeamTemporal.up(cleanup, {
    TEMPORAL_TLS_REQUIRE_CLIENT_AUTH: 'true',
    TEMPORAL_TLS_FRONTEND_CERT: server.cert,
    TEMPORAL_TLS_FRONTEND_KEY: server.key,
    TEMPORAL_TLS_FRONTEND_SERVER_NAME: serverName,
    TEMPORAL_TLS_SERVER_CERT: server.cert,
    TEMPORAL_TLS_SERVER_KEY: server.key,
    TEMPORAL_TLS_SERVER_CA_CERT: authority.own.cert,
    TEMPORAL_TLS_INTERNODE_SERVER_NAME: serverName,
    TEMPORAL_TLS_CLIENT1_CA_CERT: authority.own.cert,
    TEMPORAL_TLS_CLIENT2_CA_CERT: authority.own.cert,
    ...variables(client),
  });
  profile = { TEMPORAL_CONFIG_FILE: path.join(directory, 'temporal.toml'), TEMPORAL_PROFILE: 'team' };
  const tls = { client_cert_path: client.cert, client_key_path: client.key, server_ca_cert_path: authority.own.cert };
  const lines = Object.entries({ ...tls, server_name: serverName }).map(([key, value]) => `${key} = "${value}"`);
  const text = `[profile.team]\naddress = "${temporal.address}"\n[profile.team.tls]\n${lines.join('\n')}\n`;
  await writeFile(path.join(directory, 'temporal.toml'), text, { mode: 0o600 });
});

function variables({ cert, key }: Certificate, ca = authority.own.cert): NodeJS.ProcessEnv {
  return {
    TEMPORAL_TLS_CLIENT_CERT_PATH: cert,
    TEMPORAL_TLS_CLIENT_KEY_PATH: key,
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: ca,
    TEMPORAL_TLS_SERVER_NAME: serverName,
  };
}

describe('a server that asks for certificates', () => {
  it.each([
    ['variables', () => ({ TEMPORAL_ADDRESS: temporal.address, ...variables(client) })],
    ['a profile', () => profile],
  ])('serves workers and commands that know them by %s', async (how, env) => {
    const lab = await SharedLab.up(cleanup, '127.0.0.1:1', env());
    const worker = lab.worker({});
    const id = await lab.breakIt(how === 'variables' ? 'payment-failure' : 'cart-failure');
    const { stdout, exitCode } = await lab.incident('stop', id, '--json');
    expect([JSON.parse(stdout), exitCode]).toMatchObject([{ outcome: 'recovered' }, 0]);
    expect(await lab.document()).toBe(lab.original);
    worker.kill('SIGTERM');
    expect(await worker).toMatchObject({ exitCode: 0 });
  });

  it('serves a lab of this machine, whose supervisor asks it for owners', async () => {
    const lab = await EmbeddedLab.withoutShop(cleanup, { env: profile });
    expect(lab.at.temporal.address).toBe(temporal.address);
    const { outcome } = await lab.json<{ outcome: string }>('payment-failure', '--duration', '2s');
    expect(outcome).toBe('recovered');
    expect((await lab.incident('reconcile', '--dry-run')).stderr).not.toContain('No Temporal server answers');
  });

  it.each([
    [
      'no certificate',
      () => ({ TEMPORAL_TLS_SERVER_CA_CERT_PATH: authority.own.cert, TEMPORAL_TLS_SERVER_NAME: serverName }),
    ],
    ['one of somebody else', async () => variables(await stranger.certify('incidentfox'))],
    ['one that is over', async () => variables(await authority.certify('late', [], -1))],
    ['another authority for the server', () => variables(client, stranger.own.cert)],
    ['another name of the server', () => ({ ...variables(client), TEMPORAL_TLS_SERVER_NAME: 'elsewhere.test' })],
    ['no TLS at all', () => ({})],
  ])('refuses %s, and the command says so in one line', async (_what, env) => {
    const lab = await SharedLab.up(cleanup, temporal.address, { TEMPORAL_ADDRESS: temporal.address, ...(await env()) });
    const { stdout, stderr, exitCode } = await lab.incident('payment-failure', '--duration', '1s');
    expect([stdout, exitCode]).toEqual(['', 1]);
    expect(stderr).toMatch(new RegExp(`^✖ No Temporal server answers at ${temporal.address}.*\\n?$`));
    expect(stderr).not.toContain('PRIVATE KEY');
    expect(await lab.document()).toBe(lab.original);
  });
});

describe('a profile that cannot be used', () => {
  const missing = '/nowhere/client.pem';
  it.each([
    ['is not there', { TEMPORAL_PROFILE: 'nobody' }, "Profile 'nobody' not found"],
    ['is of a file that is no TOML', { TEMPORAL_CONFIG_FILE: 'package.json' }, 'Invalid TOML document'],
    [
      'names a certificate that is not there',
      { TEMPORAL_ADDRESS: 'a:1', TEMPORAL_TLS_CLIENT_CERT_PATH: missing },
      missing,
    ],
    ['has a key and no address', { TEMPORAL_API_KEY: 'canary-of-a-key' }, 'no address'],
  ])('%s', async (_what, env, said) => {
    const lab = await SharedLab.up(cleanup, temporal.address, env);
    const { stderr, exitCode } = await lab.incident('payment-failure', '--duration', '1s');
    expect([stderr.trim().split('\n').length, exitCode]).toEqual([1, 2]);
    expect(stderr).toContain('The Temporal profile');
    expect(stderr).toContain(said);
    expect(stderr).not.toContain('canary');
  });
});
