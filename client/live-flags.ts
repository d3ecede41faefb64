import { existsSync } from 'node:fs';
import path from 'node:path';
import { FileFlagStore } from '../activities/flags/file-store.ts';
import type { StoreState } from '../activities/flags/state.ts';
import type { FlagStore } from '../activities/flags/store.ts';
import type { Target } from '../activities/dependencies.ts';
import { openTarget } from '../activities/target.ts';
import { projectRoot } from '../environments/root.ts';
import { labEnvironment } from '../lab/environment.ts';
import { labPaths } from '../lab/paths.ts';
import type { FlagDefinition } from '../scenarios/flag.ts';

/** The flags as they are, and the ledger beside them. */
export interface LiveFlags {
  flags: Record<string, FlagDefinition>;
  state: StoreState;
}

/** Runs `step` on the lab's flags, with or without a Temporal server. */
export async function withTarget<T>(step: (target: Target) => Promise<T>): Promise<T> {
  const target = await openTarget(labEnvironment());
  try {
    return await step(target);
  } finally {
    await target.close();
  }
}

/** Reads flags and ledger without any server; an embedded lab that was never up has the newest demo's flags. */
export async function liveFlags(): Promise<LiveFlags> {
  return await withTarget(async ({ store }) => {
    const present = shippedFor(store.location) ?? store;
    const state = await present.read();
    return { flags: state.document.flags(store.location), state };
  });
}

function shippedFor(location: string): FlagStore | undefined {
  if (location !== labPaths.flags || existsSync(location)) return undefined;
  return new FileFlagStore(path.join(projectRoot, 'lab/flags/demo-3.0.0.flagd.json'));
}
