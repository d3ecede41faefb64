import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, openSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { vi } from 'vitest';
import { freePort } from '../../../bench/free-port.ts';
import { type Child, run, start } from '../../../activities/command.ts';
import { type Cleanup, temporaryDirectory } from '../../support/flags.ts';
import { type ControlPlaneTools, controlPlaneTools } from './tools.ts';

const host = '127.0.0.1';

/** What the cluster may take for anything, as `vi.waitFor` wants it (ms). */
export const patience = { timeout: 90_000, interval: 50 };

/** Ports of pods, whichever pod it is, and the local process that answers in its place. */
export type PodPorts = Record<'ofrep' | 'ui' | 'frontDoor' | 'prometheus' | 'database', number>;
const containerPorts: PodPorts = { ofrep: 8016, ui: 4000, frontDoor: 8080, prometheus: 9090, database: 5432 };

/**
 * A real control plane on loopback: etcd, API server (TLS, RBAC), controllers and scheduler, with kwok in the place of kubelets.
 * What listens in a pod is a process of the test's, which the API server's port-forward reaches.
 */
export class ControlPlane {
  readonly directory: string;
  readonly kubeconfig: string;
  readonly podPorts: PodPorts;
  readonly #port: number;
  readonly #args: string[];
  #apiServer: Child | undefined;

  private constructor(directory: string, port: number, args: string[], podPorts: PodPorts) {
    this.directory = directory;
    this.kubeconfig = path.join(directory, 'admin.kubeconfig');
    this.#port = port;
    this.#args = args;
    this.podPorts = podPorts;
  }

  /** `apiServerArgs`: further ones. */
  static async up(cleanup: Cleanup, apiServerArgs: string[] = []): Promise<ControlPlane> {
    const directory = await temporaryDirectory(cleanup);
    const [etcd, peer, api, node, controllers, scheduler, ...pods] = await Promise.all(
      Array.from({ length: 11 }, freePort),
    );
    const [ofrep = 0, ui = 0, frontDoor = 0, prometheus = 0, database = 0] = pods;
    const podPorts = { ofrep, ui, frontDoor, prometheus, database };
    const keys = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const file = (name: string, text: string): string => {
      writeFileSync(path.join(directory, name), text, { mode: 0o600 });
      return path.join(directory, name);
    };
    const [key, pub] = [file('sa.key', keys.privateKey), file('sa.pub', keys.publicKey)];
    const certificates = path.join(directory, 'certificates');
    mkdirSync(certificates);
    const plane = new ControlPlane(
      directory,
      api ?? 0,
      [
        `--etcd-servers=http://${host}:${etcd}`,
        `--bind-address=${host}`,
        `--advertise-address=${host}`,
        `--secure-port=${api}`,
        `--cert-dir=${certificates}`,
        '--endpoint-reconciler-type=none',
        '--service-cluster-ip-range=10.0.0.0/16',
        '--authorization-mode=RBAC',
        `--token-auth-file=${file('tokens.csv', 'admin-token,admin,admin,system:masters\n')}`,
        '--service-account-issuer=https://kubernetes.default.svc',
        `--service-account-signing-key-file=${key}`,
        `--service-account-key-file=${pub}`,
        ...apiServerArgs,
      ],
      podPorts,
    );
    const urls = [`--listen-client-urls=http://${host}:${etcd}`, `--advertise-client-urls=http://${host}:${etcd}`];
    const peers = [`--listen-peer-urls=http://${host}:${peer}`, `--initial-advertise-peer-urls=http://${host}:${peer}`];
    const cluster = `--initial-cluster=default=http://${host}:${peer}`;
    const tools = await controlPlaneTools();
    const keep = (name: string, args: string[]): void => {
      const child = plane.#start(tools, name, args);
      cleanup(() => end(child));
    };
    keep('etcd', [`--data-dir=${directory}/etcd`, ...urls, ...peers, cluster, '--unsafe-no-fsync']);
    cleanup(() => end(plane.#apiServer));
    plane.writeKubeconfig('admin.kubeconfig', 'admin-token');
    await plane.startApiServer();
    const common = [`--kubeconfig=${plane.kubeconfig}`, '--leader-elect=false', `--bind-address=${host}`];
    const own = [`--service-account-private-key-file=${key}`, `--root-ca-file=${plane.authority}`];
    keep('kube-controller-manager', [...common, ...own, `--secure-port=${controllers}`]);
    keep('kube-scheduler', [...common, `--secure-port=${scheduler}`]);
    const tls = [`--tls-cert-file=${plane.authority}`, `--tls-private-key-file=${certificates}/apiserver.key`];
    const forwards = file('kwok.yaml', portForwards(podPorts));
    const config = [forwards, ...tools.stages].map((each) => `--config=${each}`);
    const kubelet = [`--node-ip=${host}`, `--node-port=${node}`, '--node-lease-duration-seconds=40', ...config, ...tls];
    keep('kwok', [`--kubeconfig=${plane.kubeconfig}`, '--manage-all-nodes=true', ...kubelet]);
    await plane.kubectl(['create', '-f', '-'], nodes(3));
    return plane;
  }

  get server(): string {
    return `https://${host}:${this.#port}`;
  }

  /** Starts the API server, again after it was killed, and waits until it is ready. */
  async startApiServer(): Promise<void> {
    this.#apiServer = this.#start(await controlPlaneTools(), 'kube-apiserver', this.#args);
    await vi.waitFor(() => this.kubectl(['get', '--raw', '/readyz']), patience);
  }

  async signalApiServer(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): Promise<void> {
    this.#apiServer?.kill(signal);
    if (signal === 'SIGKILL') await this.#apiServer;
  }

  /** Runs kubectl as the cluster's administrator and answers what it prints. */
  async kubectl(args: string[], input = ''): Promise<string> {
    const { kubectl } = await controlPlaneTools();
    return (await run(kubectl, args, { env: { KUBECONFIG: this.kubeconfig }, input, timeout: 60_000 })).stdout;
  }

  async helm(...args: string[]): Promise<string> {
    const { helm } = await controlPlaneTools();
    const env = { KUBECONFIG: this.kubeconfig, HELM_CACHE_HOME: this.directory, HELM_CONFIG_HOME: this.directory };
    return (await run(helm, args, { env, timeout: 120_000 })).stdout;
  }

  /**
   * Writes a kubeconfig for a bearer token into the control plane's directory; answers its path. `cluster`: its name, which is
   * `inCluster` for a process in a pod.
   */
  writeKubeconfig(name: string, token: string, cluster = 'test'): string {
    const file = path.join(this.directory, name);
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'test',
      contexts: [{ name: 'test', context: { cluster, user: 'test' } }],
      clusters: [{ name: cluster, cluster: { server: this.server, 'certificate-authority': this.authority } }],
      users: [{ name: 'test', user: { token } }],
    };
    writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
    return file;
  }

  /** Path of the certificate by which the API server is known. */
  get authority(): string {
    return path.join(this.directory, 'certificates', 'apiserver.crt');
  }

  #start(tools: ControlPlaneTools, name: string, args: string[]): Child {
    const output = openSync(path.join(this.directory, `${name}.log`), 'a');
    return start(tools.programs[name] ?? name, args, { output });
  }
}

async function end(child: Child | undefined): Promise<void> {
  child?.kill('SIGKILL');
  await child;
}

/** A port of any pod comes out at the process that plays it. */
function portForwards(podPorts: PodPorts): string {
  const forwards = Object.entries(containerPorts).map(([name, port]) => ({
    ports: [port],
    target: { address: host, port: podPorts[name as keyof PodPorts] },
  }));
  return JSON.stringify({
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'ClusterPortForward',
    metadata: { name: 'pods' },
    spec: { forwards },
  });
}

function nodes(count: number): string {
  const amounts = { cpu: '32', memory: '256Gi', pods: '110' };
  const items = Array.from({ length: count }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: `node-${index}`, labels: { 'kubernetes.io/hostname': `node-${index}` } },
    status: { allocatable: amounts, capacity: amounts },
  }));
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}
