import { setTimeout as delay } from 'node:timers/promises';
import Table from 'cli-table3';
import { beforeAll, expect, it } from 'vitest';
import { OfrepWitness } from '../../activities/probes/ofrep.ts';
import { chart } from '../../test/cluster/support/demo.ts';
import { Lifecycle } from '../../test/cluster/support/lifecycle.ts';
import { fileCleanup } from '../../test/support/cleanups.ts';
import type { IncidentResult } from '../../workflows/contract.ts';
import { inTurn } from '../measure.ts';

// `npm run bench:cluster`: the lab in a cluster against helm and kubectl by hand, on the control plane of test/cluster.
const cleanup = fileCleanup();
let life: Lifecycle;

beforeAll(async () => {
  life = await Lifecycle.up(cleanup);
});

const kubectl = (...args: string[]) => life.demo.plane.kubectl([...args, '-n', life.demo.namespace]);
const helm = () => {
  const { demo, valuesFile } = life;
  const place = ['--namespace', demo.namespace, '--create-namespace', '--values', valuesFile];
  return demo.plane.helm('upgrade', '--install', 'otel-demo', chart, ...place, '--wait', '--timeout', '2m');
};

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

async function deployed(): Promise<void> {
  const { exitCode, error } = await life.deploy();
  if (exitCode !== 0) throw new Error(error?.message);
}

/** Until nothing is left, so that the next has everything to install. */
async function removed(): Promise<void> {
  await kubectl('delete', 'namespace', life.demo.namespace, '--ignore-not-found', '--wait');
}

/** From the command until a flag evaluation shows the fault. */
async function incident(): Promise<number> {
  const began = Date.now();
  const { stdout } = await life.lab.incident('payment-failure', '--variant', '50%', '--duration', '1s', '--json');
  return Date.parse((JSON.parse(stdout) as IncidentResult).witnessedAt ?? '') - began;
}

/** The same by hand, until a flag evaluation shows it; then back. */
async function byHand(): Promise<number> {
  const took = await timed(() => setByHand('50%'));
  // kubectl restarts nothing twice within a second
  await delay(1_000);
  await setByHand('off');
  await delay(1_000);
  return took;
}

/** The ConfigMap edited, flagd started again, its rollout waited for. */
async function setByHand(variant: string): Promise<void> {
  await life.demo.edit((flags) => Object.assign(flags['paymentFailure'] ?? {}, { defaultVariant: variant }));
  await kubectl('rollout', 'restart', 'deployment/flagd');
  await kubectl('rollout', 'status', 'deployment/flagd');
  await evaluates(variant);
}

async function evaluates(variant: string): Promise<void> {
  const witness = new OfrepWitness(`http://127.0.0.1:${life.demo.plane.podPorts.ofrep}`);
  while ((await witness.evaluate('paymentFailure', {}).catch(() => undefined))?.variant !== variant) await delay(20);
}

it('measures', async () => {
  const install = await inTurn(3, {
    ours: () => removed().then(() => timed(deployed)),
    bare: () => removed().then(() => timed(helm)),
  });
  await removed();
  await deployed();
  const nothing = await inTurn(5, { ours: () => timed(deployed), bare: () => timed(helm) });
  // not in turn: a flag daemon that was replaced a second ago by hand is none that people meet
  const atOnce = await inTurn(5, { ours: incident });
  const fault = { ...atOnce, ...(await inTurn(5, { bare: byHand })) };
  const table = new Table({ head: ['', 'median ms', 'against', 'ms', 'ratio', 'aim: at most, ms'] });
  const rows = [
    ['deploy, everything to install', install, 'helm upgrade --install --wait', install.bare * 1.1 + 5_000],
    ['deploy, nothing to change', nothing, 'the same', nothing.bare * 1.2],
    ['incident → witnessed', fault, 'kubectl patch, rollout restart, wait', fault.bare / 2],
  ] as const;
  for (const [what, { ours, bare }, peer, aim] of rows) {
    table.push([what, ours.toFixed(0), peer, bare.toFixed(0), (ours / bare).toFixed(2), aim.toFixed(0)]);
  }
  process.stdout.write(
    `${table.toString()}\nThe deploys in turn; after one round that is not counted; medians of 3, 5 and 5 rounds.\n`,
  );
  expect(Object.values(nothing).every(Number.isFinite)).toBe(true);
}, 900_000);
