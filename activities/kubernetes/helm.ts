import { parseAllDocuments, type Tags } from 'yaml';
import { projectRoot } from '../../environments/root.ts';
import { Problem } from '../../workflows/problem.ts';
import { CommandError, run } from '../command.ts';
import type { Cluster } from './cluster.ts';
import type { Revision } from './look/release.ts';

/** A release as it is to be: a chart by its name in `repository`, an OCI reference, or a path. */
export interface ReleaseSpec {
  name: string;
  chart: string;
  repository: string | null;
  version: string | null;
  /** values files, from the project's directory */
  values: string[];
  /** values that go before those of the files */
  inline?: object;
}

/** An object of a chart, rendered. */
export interface Rendered {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
  [field: string]: unknown;
}

/** The `helm` on PATH, for the lab's namespace of its cluster. What it is told is never secret; it asks nobody. */
export class Helm {
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** Spelled out: the very cluster that everything else is asked of. */
  get #place(): string[] {
    const { context, namespace, kubeconfig } = this.#cluster;
    return [
      '--namespace',
      namespace,
      ...(kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig]),
      ...(context === null ? [] : ['--kube-context', context]),
    ];
  }

  /** `4.1.4`. Throws Problem `tool-missing`. */
  async version(): Promise<string> {
    return (await this.#helm(['version', '--template', '{{.Version}}'])).stdout.trim().replace(/^v/, '');
  }

  /** What the chart comes to on this cluster, without hooks and tests. Changes nothing. */
  async render(spec: ReleaseSpec, signal: AbortSignal): Promise<Rendered[]> {
    const args = ['template', ...this.#release(spec), '--dry-run=server', '--no-hooks', '--skip-tests'];
    return objectsIn((await this.#helm(args, { input: inlineOf(spec), cancelSignal: signal })).stdout);
  }

  /** Installs or upgrades, with `labels` on the release's record. Does not wait for pods. */
  async upgrade(
    spec: ReleaseSpec,
    labels: Record<string, string>,
    signal: AbortSignal,
    onLine: (line: string) => void,
  ): Promise<void> {
    const written = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
    const args = ['upgrade', '--install', ...this.#release(spec), '--labels', written.join(), '--timeout', '5m'];
    // others may own a field by now (a scale, a hand edit): this is how the lab is to be, and no incident is under way
    if (Number((await this.version()).split('.')[0]) >= 4) args.push('--server-side=true', '--force-conflicts');
    await this.#helm(args, { input: inlineOf(spec), cancelSignal: signal, onLine });
  }

  /** `token`: on its command line, by which it is known to be at work should we die meanwhile */
  async uninstall(
    { release }: Revision,
    token: string,
    signal: AbortSignal,
    onLine: (line: string) => void,
  ): Promise<void> {
    const args = ['uninstall', release.name, ...this.#place, '--ignore-not-found', '--timeout', '5m'];
    args.push('--description', token);
    await this.#helm(args, { cancelSignal: signal, onLine });
  }

  #release({ name, chart, repository, version, values, inline }: ReleaseSpec): string[] {
    return [
      name,
      chart,
      ...this.#place,
      ...(repository === null ? [] : ['--repo', repository]),
      ...(version === null ? [] : ['--version', version]),
      ...values.flatMap((file) => ['--values', file]),
      ...(inline === undefined ? [] : ['--values', '-']),
    ];
  }

  async #helm(args: string[], options: Parameters<typeof run>[2] = {}) {
    try {
      // told to end, it marks the release as failed, for which it needs its time
      return await run('helm', args, { cwd: projectRoot, forceKillAfterDelay: 20_000, ...options });
    } catch (error) {
      options.cancelSignal?.throwIfAborted();
      if (!(error instanceof CommandError)) throw error;
      if (error.code === 'ENOENT') {
        const hint = 'Install helm 3.14 or newer, or 4: https://helm.sh/docs/intro/install/';
        throw new Problem('tool-missing', 'There is no helm on the PATH', hint, { cause: error });
      }
      const lines = String(error.stderr).trim().split('\n');
      const said = lines.findLast((line) => line && !line.startsWith('Use --debug')) ?? error.shortMessage;
      const isRepository = /repository|failed to (download|fetch|pull)|oci:/i.test(said);
      const isAway =
        !isRepository && /connection refused|i\/o timeout|EOF|connection reset|TLS handshake timeout/.test(said);
      const hint = isRepository
        ? 'See that this machine reaches the place of the chart that demo.repository and demo.chart name.'
        : 'Mend what it names, then run it again: it goes on where it is.';
      throw new Problem(isAway ? 'cluster-unreachable' : 'helm-failed', `helm ${args[0]}: ${said}`, hint, {
        cause: error,
      });
    }
  }
}

function inlineOf({ inline }: ReleaseSpec): string {
  return inline === undefined ? '' : JSON.stringify(inline);
}

/** The objects of a manifest as Kubernetes' own YAML has them: of version 1.1, without its times. Lists are taken apart. */
export function objectsIn(manifest: string): Rendered[] {
  return parseAllDocuments(manifest, { version: '1.1', customTags: withoutTimes })
    .map((document) => document.toJS() as (Rendered & { items?: Rendered[] }) | null)
    .filter((object) => object !== null)
    .flatMap((object) => (object.kind === 'List' ? (object.items ?? []) : [object]));
}

function withoutTimes(tags: Tags): Tags {
  return tags.filter(
    (tag) => typeof tag === 'string' || (tag.format !== 'TIME' && tag.tag !== 'tag:yaml.org,2002:timestamp'),
  );
}
