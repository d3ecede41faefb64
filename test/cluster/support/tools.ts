import path from 'node:path';
import { run } from '../../../activities/command.ts';
import { projectRoot } from '../../../environments/root.ts';
import { kubernetesClients } from '../../support/kubernetes-clients.ts';

export interface ControlPlaneTools {
  /** etcd, kube-apiserver, kube-controller-manager, kube-scheduler and kwok: their paths */
  programs: Record<string, string>;
  /** kwok's own rules of how nodes and pods come to life, from its module */
  stages: string[];
  helm: string;
  kubectl: string;
}

let tools: Promise<ControlPlaneTools> | undefined;

/** The control plane's programs, built, and helm and kubectl, fetched, unless they are in the cache. */
export function controlPlaneTools(): Promise<ControlPlaneTools> {
  tools ??= find();
  return tools;
}

async function find(): Promise<ControlPlaneTools> {
  const [built, kwok] = [await builtIn('controlplane'), await builtIn('kwok')];
  const own = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
  return {
    programs: {
      ...Object.fromEntries(own.map((name) => [name, path.join(built, name)])),
      // Go names a program by its package
      etcd: path.join(built, 'server'),
      kwok: path.join(kwok, 'kwok'),
    },
    stages: await stages(),
    ...(await kubernetesClients()),
  };
}

/** Where the programs of `tools/<name>` are. */
async function builtIn(name: string): Promise<string> {
  return (await run(path.join(projectRoot, 'tools/build.sh'), [name])).stdout;
}

async function stages(): Promise<string[]> {
  const cwd = path.join(projectRoot, 'tools/kwok');
  const { stdout } = await run('go', ['mod', 'download', '-json', 'sigs.k8s.io/kwok'], { cwd });
  const { Dir: directory } = JSON.parse(stdout) as { Dir: string };
  const names = ['node/fast/node-initialize', 'node/heartbeat-with-lease/node-heartbeat-with-lease'];
  const pods = ['ready', 'complete', 'delete'].map((name) => `pod/fast/pod-${name}`);
  return [...names, ...pods].map((name) => path.join(directory, 'kustomize/stage', `${name}.yaml`));
}
