import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Target } from '../../activities/dependencies.ts';
import type { JsonObject } from '../../workflows/contract.ts';
import { Fault } from '../support/fault.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { patience } from './support/control-plane.ts';
import { Demo, shippedText } from './support/demo.ts';

const cleanup = fileCleanup();
let demo: Demo;
let target: Target;
let number = 0;

beforeAll(async () => {
  demo = await Demo.up(cleanup);
});
beforeEach(async () => {
  target = await demo.open();
  onTestFinished(() => target.close());
});

/** Waits as a process does in which a reconciler runs: what could not be published is published again. */
async function eventually(step: () => Promise<unknown>): Promise<void> {
  await vi.waitFor(async () => {
    await target.store.publish();
    await step();
  }, patience);
}

/** A fault of its own, in force and seen. */
async function inForce(flag = 'paymentFailure'): Promise<Fault> {
  number += 1;
  const fault = await Fault.on(target.store, flag, `incident-${number}`);
  await fault.record();
  await fault.apply();
  await eventually(() => seen(flag, fault.entry.id));
  await target.store.publish();
  return fault;
}

/** Throws unless an evaluation shows the flag with that incident's marker, or with none. */
async function seen(flag: string, incident: string | undefined): Promise<void> {
  expect((await target.witness.markers()).get(flag)).toBe(incident);
}

async function withdraw(fault: Fault): Promise<void> {
  await fault.withdraw();
  await eventually(() => seen(fault.entry.flag, undefined));
  await fault.close();
}

/** Both copies as the release has them, and nobody of ours owning the flags. */
async function whole(): Promise<void> {
  await eventually(async () => {
    expect(JSON.parse(await demo.durable())).toEqual(JSON.parse(shippedText));
    expect(await demo.live()).toEqual((JSON.parse(shippedText) as { flags: unknown }).flags);
    const { metadata } = await demo.configMap();
    const ours = metadata.managedFields.filter(({ manager }) => manager === 'incidentfox');
    expect(ours.some(({ fieldsV1 }) => 'f:demo.flagd.json' in (fieldsV1['f:data'] ?? {}))).toBe(false);
  });
}

describe('with flagd-ui', () => {
  it('a fault is in both copies, and both are as they were afterwards, byte for byte', async () => {
    const before = await demo.durable();
    const fault = await inForce();
    expect(await demo.durable()).toContain(fault.entry.id);
    expect(JSON.stringify(await demo.live())).toContain(fault.entry.id);
    await withdraw(fault);
    expect(await demo.durable()).toBe(before);
    await whole();
  });

  it("others' edits of other flags stay, in the ConfigMap and in flagd-ui", async () => {
    const fault = await inForce();
    await demo.edit((flags) => Object.assign(flags['adFailure'] ?? {}, { description: 'by hand' }));
    await demo.live((flags) => Object.assign(flags['cartFailure'] ?? {}, { description: 'on the page' }));
    await withdraw(fault);
    expect(await demo.durable()).toContain('by hand');
    expect((await demo.live())['cartFailure']?.['description']).toBe('on the page');
    await demo.upgrade('flagdUi=true');
    await demo.deletePod();
    await whole();
  });

  it('an edit of the same flag in flagd-ui is replaced, and kept in the record', async () => {
    const fault = await inForce();
    await demo.live((flags) => {
      const { metadata: _, ...rest } = flags['paymentFailure'] ?? {};
      flags['paymentFailure'] = { ...rest, defaultVariant: '10%' };
    });
    await fault.withdraw();
    await whole();
    expect((await target.store.read()).record(fault.key)?.found).toContain('"defaultVariant":"10%"');
    await fault.close();
  });

  it('a pod that is replaced in the middle has the fault, and after the end has it not', async () => {
    const fault = await inForce();
    await demo.deletePod();
    await eventually(() => seen('paymentFailure', fault.entry.id));
    await fault.withdraw();
    await demo.deletePod();
    await eventually(() => seen('paymentFailure', undefined));
    await fault.close();
    await whole();
    expect(await fault.state()).toBe('closed');
  });

  it('a page with an old copy that puts a fault back is corrected', async () => {
    const fault = await inForce();
    const old = structuredClone(await demo.live());
    await withdraw(fault);
    await demo.live((flags) => Object.assign(flags, old));
    await vi.waitFor(() => seen('paymentFailure', fault.entry.id), patience);
    await target.store.publish();
    await eventually(() => seen('paymentFailure', undefined));
    await whole();
    expect(JSON.stringify(await demo.live())).not.toContain(fault.entry.id);
  });

  it('no change is lost where two processes write at once', async () => {
    const other = await demo.open();
    onTestFinished(() => other.close());
    const flags = ['adFailure', 'adHighCpu', 'cartFailure', 'emailMemoryLeak', 'imageSlowLoad', 'kafkaQueueProblems'];
    const faults = await Promise.all(
      flags.map((flag, index) => Fault.on(index % 2 === 0 ? target.store : other.store, flag, `together-${index}`)),
    );
    await Promise.all(faults.map((fault) => fault.record()));
    await Promise.all(faults.map((fault) => fault.apply()));
    const text = await demo.durable();
    for (const { entry } of faults) expect(text).toContain(entry.id);
    await Promise.all(faults.map((fault) => fault.withdraw()));
    await Promise.all(faults.map((fault) => fault.close()));
    await whole();
  });

  it('a helm upgrade goes through without conflict, in the middle of an incident and after one', async () => {
    const fault = await inForce();
    await eventually(async () => {
      const { metadata } = await demo.configMap();
      const ours = metadata.managedFields.find(({ manager }) => manager === 'incidentfox');
      expect(ours?.fieldsV1['f:data']?.['f:demo.flagd.json']).toBeUndefined();
    });
    const other = path.join(demo.plane.directory, 'other.flagd.json');
    const document = JSON.parse(shippedText) as { flags: Record<string, JsonObject> };
    Object.assign(document.flags['paymentFailure'] ?? {}, { description: 'of the next release' });
    writeFileSync(other, JSON.stringify(document, null, 2));
    await demo.upgrade('flagdUi=true', other);
    await withdraw(fault);
    expect(await demo.durable()).not.toContain(fault.entry.id);
    expect(await demo.durable()).toContain('of the next release');
    expect((await demo.live())['paymentFailure']?.['description']).toBe('of the next release');
    const { before, beforeRelease } = (await target.store.read()).record(fault.key) ?? {};
    expect(before).toContain('of the next release');
    expect(JSON.parse(beforeRelease ?? '')).toEqual(fault.entry.before);
    await demo.upgrade('flagdUi=true');
    await demo.deletePod();
    await whole();
  });
});

it('without flagd-ui the pod is replaced, and the shop sees fault and recovery', async () => {
  await demo.upgrade('flagdUi=false');
  await eventually(async () => {
    await expect(demo.live()).rejects.toThrow('fetch failed');
    await target.witness.markers();
  });
  const fault = await inForce();
  await withdraw(fault);
  expect(JSON.parse(await demo.durable())).toEqual(JSON.parse(shippedText));
  await demo.upgrade('flagdUi=true');
  await whole();
});

it('writes that RBAC refuses are told so, and go through once they are allowed', async () => {
  const fault = await inForce();
  const { plane, namespace } = demo;
  await plane.kubectl(['create', 'serviceaccount', 'reader', '-n', namespace]);
  await plane.kubectl([
    'create',
    'clusterrolebinding',
    'reader',
    '--clusterrole=view',
    `--serviceaccount=${namespace}:reader`,
  ]);
  const token = (await plane.kubectl(['create', 'token', 'reader', '-n', namespace])).trim();
  process.env['KUBECONFIG'] = plane.writeKubeconfig('reader.kubeconfig', token);
  const denied = await demo.open();
  onTestFinished(() => denied.close());
  await denied.store.read().catch(() => undefined);
  process.env['KUBECONFIG'] = plane.kubeconfig;
  await expect(denied.store.checkWritable()).rejects.toMatchObject({ code: 'cluster-denied' });
  const grant = [
    'create',
    'clusterrolebinding',
    'writer',
    '--clusterrole=edit',
    `--serviceaccount=${namespace}:reader`,
  ];
  await plane.kubectl(grant);
  await eventually(() => denied.store.checkWritable());
  await withdraw(fault);
  await whole();
});
