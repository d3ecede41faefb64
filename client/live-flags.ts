import { existsSync } from 'node:fs';
import path from 'node:path';
import { FileFlagStore } from '../activities/flags/file-store.ts';
import type { StoreState } from '../activities/flags/state.ts';
import { loadEnvironment } from '../environments/load.ts';
import { projectRoot } from '../environments/root.ts';
import { labPaths } from '../lab/paths.ts';
import { readState } from '../lab/state.ts';
import type { FlagDefinition } from '../scenarios/flag.ts';

/** The flags as they are, and the ledger beside them. */
export interface LiveFlags {
  flags: Record<string, FlagDefinition>;
  state: StoreState;
}

/** Where the lab's flags are: where a running lab says, else where one would put them. */
export function flagsLocation(): string {
  return process.env['INCIDENTFOX_FLAGS'] ?? readState()?.flagd.file ?? labPaths.flags;
}

/** Where the lab's flag daemon answers. */
export function ofrepAddress(): string {
  return process.env['INCIDENTFOX_OFREP'] ?? readState()?.flagd.ofrep ?? loadEnvironment('embedded').ofrep;
}

/** Reads flags and ledger without any server; a lab that was never up has the newest demo's flags. */
export async function liveFlags(): Promise<LiveFlags> {
  const location = flagsLocation();
  const shipped = path.join(projectRoot, 'lab/flags/demo-3.0.0.flagd.json');
  const state = await new FileFlagStore(
    location === labPaths.flags && !existsSync(location) ? shipped : location,
  ).read();
  return { flags: state.document.flags(location), state };
}
