import path from 'node:path';
import { codecKeysFile } from '../environments/codec-keys.ts';
import { projectRoot } from '../environments/root.ts';
import type { LabState } from '../lab/state.ts';
import { Problem } from '../workflows/problem.ts';

/** Throws Problem `lab-mismatch` where the process's variables name other flags, another server or other keys than the lab that is up. */
export function requireSameLab({ flagd, temporal, codecKeys }: LabState): void {
  const { INCIDENTFOX_FLAGS: flags, TEMPORAL_ADDRESS: address, TEMPORAL_PROFILE: profile } = process.env;
  const otherFlags = flags !== undefined && path.resolve(projectRoot, flags) !== flagd.file;
  const otherServer = address === undefined ? Boolean(profile) && temporal.http !== null : address !== temporal.address;
  if (otherFlags || otherServer) {
    throw new Problem(
      'lab-mismatch',
      `The lab that is up uses ${otherFlags ? `the flags ${flagd.file}` : `the Temporal server ${temporal.address}`}, not ${otherFlags ? flags : (address ?? `that of the profile ${profile}`)}`,
      'Take it down (npm run lab -- down), or unset INCIDENTFOX_FLAGS, TEMPORAL_ADDRESS and TEMPORAL_PROFILE.',
    );
  }
  requireSameCodec(codecKeys ?? undefined, codecKeysFile());
}

function requireSameCodec(ofLab: string | undefined, ours: string | undefined): void {
  if (ofLab === ours) return;
  throw new Problem(
    'lab-mismatch',
    ofLab === undefined
      ? `The lab that is up does not encrypt payloads, and this command would, with the keys of ${ours}`
      : `The lab that is up encrypts payloads with the keys of ${ofLab}, not ${ours ? `of ${ours}` : 'with none'}`,
    ofLab === undefined
      ? 'Unset INCIDENTFOX_CODEC_KEYS, or take the lab down (npm run lab -- down) and bring it up with it.'
      : `Set it for this command, too: INCIDENTFOX_CODEC_KEYS=${ofLab}`,
  );
}
