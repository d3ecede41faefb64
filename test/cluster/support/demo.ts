import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { vi } from 'vitest';
import { stringify } from 'yaml';
import { openTarget } from '../../../activities/target.ts';
import type { Target } from '../../../activities/dependencies.ts';
import { type ClusterEnvironment, loadEnvironment } from '../../../environments/load.ts';
import { projectRoot } from '../../../environments/root.ts';
import type { JsonObject } from '../../../workflows/contract.ts';
import type { Cleanup } from '../../support/flags.ts';
import { ControlPlane, patience } from './control-plane.ts';
import { DemoPods } from './demo-pods.ts';

export const chart = path.join(projectRoot, 'test/cluster/support/chart');
export const shippedFlags = path.join(projectRoot, 'lab/flags/demo-3.0.0.flagd.json');

/** The demo, installed with helm on a control plane of its own, and the processes that play its pods. */
export class Demo {
  readonly plane: ControlPlane;
  readonly namespace = 'otel-demo';
  /** path of the environment's file */
  readonly environment: string;
  readonly pods: DemoPods;

  private constructor(plane: ControlPlane, cleanup: Cleanup) {
    this.plane = plane;
    this.environment = path.join(plane.directory, 'test.yaml');
    const known = loadEnvironment('kubernetes') as ClusterEnvironment;
    writeFileSync(this.environment, stringify(known));
    this.pods = new DemoPods(plane, this.namespace, cleanup);
  }

  /** Nothing is installed yet. `cleanup` ends all of it. This process's KUBECONFIG is the control plane's from then on. */
  static async none(cleanup: Cleanup, apiServerArgs: string[] = []): Promise<Demo> {
    const plane = await ControlPlane.up(cleanup, apiServerArgs);
    process.env['KUBECONFIG'] = plane.kubeconfig;
    return new Demo(plane, cleanup);
  }

  static async up(cleanup: Cleanup, options: { ui?: boolean } = {}): Promise<Demo> {
    const demo = await Demo.none(cleanup);
    await demo.plane.kubectl(['create', 'namespace', demo.namespace]);
    await demo.upgrade(`flagdUi=${options.ui ?? true}`);
    await vi.waitFor(() => demo.withTarget(({ witness }) => witness.markers()), patience);
    return demo;
  }

  /** `helm upgrade --install` with values; `flags`: another flag document than the shipped one. */
  async upgrade(values: string, flags = shippedFlags): Promise<string> {
    const args = ['upgrade', '--install', 'otel-demo', chart, '-n', this.namespace, '--set', values];
    return await this.plane.helm(...args, '--set-file', `flags=${flags}`);
  }

  /** The lab as another process would open it. */
  open(): Promise<Target> {
    return openTarget(loadEnvironment(this.environment));
  }

  async withTarget<T>(step: (target: Target) => Promise<T>): Promise<T> {
    const target = await this.open();
    return await step(target).finally(() => target.close());
  }

  /** The flag document in the ConfigMap. */
  async durable(): Promise<string> {
    return (await this.configMap()).data['demo.flagd.json'] ?? '';
  }

  async configMap() {
    const args = ['get', 'configmap', 'flagd-config', '-n', this.namespace, '-o', 'json', '--show-managed-fields'];
    return JSON.parse(await this.plane.kubectl(args)) as {
      data: Record<string, string>;
      metadata: { managedFields: { manager: string; fieldsV1: { 'f:data'?: Record<string, unknown> } }[] };
    };
  }

  /** Edits the ConfigMap's document as a person would, with kubectl. */
  async edit(change: (flags: Record<string, JsonObject>) => void): Promise<void> {
    const document = JSON.parse(await this.durable()) as { flags: Record<string, JsonObject> };
    change(document.flags);
    const patch = { data: { 'demo.flagd.json': JSON.stringify(document, null, 2) } };
    const args = [
      'patch',
      'configmap',
      'flagd-config',
      '-n',
      this.namespace,
      '--type=merge',
      '-p',
      JSON.stringify(patch),
    ];
    await this.plane.kubectl(args);
  }

  /** flagd-ui's page: reads and writes the live copy. */
  async live(change?: (flags: Record<string, JsonObject>) => void): Promise<Record<string, JsonObject>> {
    const base = `http://127.0.0.1:${this.plane.podPorts.ui}`;
    const { flags } = (await (await fetch(`${base}/api/read`)).json()) as { flags: Record<string, JsonObject> };
    if (!change) return flags;
    change(flags);
    const headers = { 'content-type': 'application/json' };
    await fetch(`${base}/api/write`, { method: 'POST', headers, body: JSON.stringify({ data: { flags } }) });
    return flags;
  }

  async deletePod(): Promise<void> {
    await this.plane.kubectl([
      'delete',
      'pod',
      '-l',
      'app.kubernetes.io/name=flagd',
      '-n',
      this.namespace,
      '--wait=false',
    ]);
  }
}

export const shippedText = readFileSync(shippedFlags, 'utf8');
