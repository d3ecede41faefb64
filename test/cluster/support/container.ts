import { mkdirSync, openSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { V1ConfigMap, V1Pod, V1PodSpec } from '@kubernetes/client-node';
import { type Child, run, start } from '../../../activities/command.ts';
import { projectRoot } from '../../../environments/root.ts';
import type { ControlPlane } from './control-plane.ts';
import { controlPlaneTools } from './tools.ts';

/** A container's command with its variables and arguments, as this machine can run it. */
export interface Runnable {
  file: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  /** what it prints, where it is started */
  log: string;
}

/**
 * What kwok leaves to us: a pod's container as a process. It has the container's command, variables and mounted ConfigMaps as the
 * API server has them, and its service account's own token; services are reached by name, at the ports of `network`.
 */
export async function containerOf(
  plane: ControlPlane,
  { metadata, spec }: Pick<V1Pod, 'metadata' | 'spec'>,
  name: string,
  network: Record<string, number>,
): Promise<Runnable> {
  const { namespace = '', name: pod = '' } = metadata ?? {};
  const container = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].find((each) => each.name === name);
  if (!spec || !container) throw new Error(`${pod} has no container ${name}`);
  const home = path.join(plane.directory, 'containers', pod, name);
  const places = new Map<string, string>();
  for (const mount of container.volumeMounts ?? []) {
    const place = path.join(home, mount.mountPath);
    mkdirSync(place, { recursive: true });
    await fill(plane, namespace, spec, mount.name, place);
    places.set(mount.mountPath, place);
  }
  const local = (value = ''): string => {
    const mounted = [...places].find(([at]) => value === at || value.startsWith(`${at}/`));
    return mounted ? value.replace(...mounted) : value;
  };
  const account = spec.serviceAccountName ?? 'default';
  const token = (await plane.kubectl(['create', 'token', account, '-n', namespace])).trim();
  mkdirSync(home, { recursive: true });
  const variables = (container.env ?? []).map((each) => [each.name, local(each.value)]);
  const { helm, kubectl } = await controlPlaneTools();
  const [program, ...args] = container.command ?? [];
  const preload = pathToFileURL(path.join(projectRoot, 'test/cluster/support/pod-network.mjs')).href;
  return {
    file: program === 'node' ? process.execPath : (program ?? ''),
    args: [...args, ...(container.args ?? [])],
    env: {
      ...(Object.fromEntries(variables) as NodeJS.ProcessEnv),
      PATH: [path.dirname(helm), path.dirname(kubectl), process.env['PATH']].join(path.delimiter),
      KUBECONFIG: plane.writeKubeconfig(`${pod}.kubeconfig`, token, 'inCluster'),
      POD_NETWORK: JSON.stringify(network),
      NODE_OPTIONS: `--import=${preload}`,
      NO_COLOR: '1',
    },
    log: path.join(home, 'log'),
  };
}

/** Starts it, to be ended by the caller; what it prints is in its log. */
export function startContainer({ file, args, env, log }: Runnable): Child {
  return start(file, args, { cwd: projectRoot, env, output: openSync(log, 'a') });
}

/** Runs it to its end, whatever it exits with. */
export async function runContainer({ file, args, env }: Runnable): Promise<{ stdout: string; exitCode: number }> {
  return await run(file, args, { cwd: projectRoot, env, timeout: 60_000 }).catch(
    (error: { stdout: string; stderr: string; exitCode: number }) => ({
      stdout: `${error.stdout}${error.stderr}`,
      exitCode: error.exitCode,
    }),
  );
}

async function fill(plane: ControlPlane, namespace: string, spec: V1PodSpec, volume: string, place: string) {
  const map = spec.volumes?.find(({ name }) => name === volume)?.configMap?.name;
  if (map === undefined) return;
  const { data } = JSON.parse(
    await plane.kubectl(['get', 'configmap', map, '-n', namespace, '-o', 'json']),
  ) as V1ConfigMap;
  for (const [file, text] of Object.entries(data ?? {})) writeFileSync(path.join(place, file), text);
}
