import path from 'node:path';
import { projectRoot } from '../environments/root.ts';
import type { LabState } from '../lab/state.ts';
import { Problem } from '../workflows/problem.ts';

/** Throws Problem `lab-mismatch` where the process's variables name other flags or another server than the lab that is up. */
export function requireSameLab({ flagd, temporal }: LabState): void {
  const { INCIDENTFOX_FLAGS: flags, TEMPORAL_ADDRESS: address } = process.env;
  const otherFlags = flags !== undefined && path.resolve(projectRoot, flags) !== flagd.file;
  const otherServer = address !== undefined && address !== temporal.address;
  if (!otherFlags && !otherServer) return;
  throw new Problem(
    'lab-mismatch',
    `The lab that is up uses ${otherFlags ? `the flags ${flagd.file}` : `the Temporal server ${temporal.address}`}, not ${otherFlags ? flags : address}`,
    'Take it down (npm run lab -- down), or unset INCIDENTFOX_FLAGS and TEMPORAL_ADDRESS.',
  );
}
