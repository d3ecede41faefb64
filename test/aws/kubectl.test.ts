import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { writeKubeconfig } from '../../activities/aws/kubeconfig.ts';
import { run } from '../../activities/command.ts';
import { accountClients, region, useAccount } from '../support/aws/account.ts';
import { Moto } from '../support/aws/moto.ts';
import { cluster as makeCluster, network } from '../support/aws/seed.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { temporaryDirectory } from '../support/flags.ts';
import { kubernetesClients } from '../support/kubernetes-clients.ts';
import { pythonTool } from '../support/python-tools.ts';

const cleanup = fileCleanup();
let moto: Moto;
let clients: ReturnType<typeof accountClients>;

beforeAll(async () => {
  moto = await Moto.up(cleanup);
  clients = accountClients(moto.endpoint, cleanup);
  await makeCluster(clients, await network(clients, {}), 'demo', {});
});
beforeEach(() => useAccount(moto.endpoint));

const write = (file: string) => writeKubeconfig({ eks: clients.eks, region, profile: null }, { cluster: 'demo', file });

describe('a kubeconfig', () => {
  test('is one for kubectl and for our own client, which gets a token by it', async () => {
    const file = path.join(await temporaryDirectory(), 'kubeconfig');
    const { server } = await write(file);
    const { kubectl } = await kubernetesClients();
    const viewed = await run(kubectl, ['config', 'view', '--minify', '--output', 'json'], {
      env: { KUBECONFIG: file },
    });
    expect(JSON.parse(viewed.stdout)).toMatchObject({
      clusters: [{ name: 'demo', cluster: { server } }],
      users: [
        { name: 'demo', user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', interactiveMode: 'Never' } } },
      ],
    });
    const config = new KubeConfig();
    config.loadFromFile(file);
    const options = await config.applyToFetchOptions({ headers: {} });
    expect(new Headers(options.headers as Record<string, string>).get('Authorization')).toMatch(
      /^Bearer k8s-aws-v1\.[\w-]+$/,
    );
  });

  test('has kubectl send a token', async () => {
    const file = path.join(await temporaryDirectory(), 'kubeconfig');
    await write(file);
    const sent: (string | undefined)[] = [];
    const api = createServer(await certificate(), (request, response) => {
      sent.push(request.headers.authorization);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"major":"1"}');
    });
    await new Promise<void>((resolve) => {
      api.listen(0, '127.0.0.1', resolve);
    });
    onTestFinished(() => void api.close());
    const { kubectl } = await kubernetesClients();
    const server = `https://127.0.0.1:${(api.address() as AddressInfo).port}`;
    await run(kubectl, ['config', 'set-cluster', 'demo', '--insecure-skip-tls-verify', '--kubeconfig', file]);
    const { stdout } = await run(kubectl, ['get', '--raw', '/version', '--server', server, '--kubeconfig', file]);
    expect(stdout).toBe('{"major":"1"}');
    expect(sent).toEqual([expect.stringMatching(/^Bearer k8s-aws-v1\.[\w-]+$/)]);
  });
});

/** A certificate that nobody need trust, with its key. */
async function certificate(): Promise<{ key: string; cert: string }> {
  const { file: python, env } = await pythonTool('moto.server');
  return JSON.parse((await run(python, ['-c', selfSigned], { env })).stdout) as { key: string; cert: string };
}

const selfSigned = `
import datetime, json
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
key = ec.generate_private_key(ec.SECP256R1())
name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, 'test')])
now = datetime.datetime.now(datetime.timezone.utc)
cert = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1)).sign(key, hashes.SHA256()))
pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
print(json.dumps({'key': pem.decode(), 'cert': cert.public_bytes(serialization.Encoding.PEM).decode()}))
`;
