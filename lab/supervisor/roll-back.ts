import type { Client } from '@temporalio/client';
import { setTimeout as delay } from 'node:timers/promises';
import type { FlagStore } from '../../activities/flags/store.ts';
import { closeRecord, withdrawFault } from '../../activities/flags/withdraw.ts';
import { messages } from '../../workflows/contract.ts';
import { runningIncidents } from '../../activities/owners.ts';
import { withClient } from './health.ts';

/** How long the workflows have to end their incidents before the faults are withdrawn from here (ms). */
const patience = 10_000;

/** Ends every incident of the lab before it goes down: its workflow first, and whatever is left directly. */
export async function rollBackAll(store: FlagStore, address: string): Promise<void> {
  const reached = await withClient(address, stopIncidents).catch(() => false);
  const end = performance.now() + (reached ? patience : 0);
  while ((await store.read()).open().length > 0 && performance.now() < end) await delay(50);
  await withdrawAndClose(store);
}

/** Withdraws every fault in the ledger and closes its record, without Temporal: nobody will be there to do it. */
export async function withdrawAndClose(store: FlagStore): Promise<void> {
  const open = (await store.read()).open();
  const each = (step: (key: string, record: (typeof open)[number][1]) => Promise<unknown>) =>
    Promise.all(open.map(([key, record]) => step(key, record)));
  const by = { by: 'lever', endedBy: 'halt' } as const;
  await each((key, record) => store.change((state) => withdrawFault(state, key, record, by, Date.now())));
  await each((key, { lab }) => store.change((state) => closeRecord(state, key, lab, Date.now())));
}

/** Stops those that run, also one that has no record yet: it would break the shop when the lab comes up again. */
async function stopIncidents(client: Client): Promise<boolean> {
  let reached = false;
  for await (const incident of runningIncidents(client)) {
    reached = true;
    await incident.signal(messages.stop, { reason: 'the lab goes down' });
  }
  return reached;
}
