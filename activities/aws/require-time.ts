import type { Work } from '../../workflows/lifecycle-contract.ts';
import { type Identity, requireTimeLeft } from './identity.ts';

/** What the longest of Terraform's runs takes: EKS needs ten minutes for a cluster, and as long again for nodes (ms). */
const longestRun: Record<Work, number> = { deploy: 30 * 60_000, teardown: 25 * 60_000 };

/** Throws Problem `aws-credentials` where they end in the middle of it. */
export function requireTime(work: Work, identity: Identity, profile: string | null): void {
  requireTimeLeft(identity, longestRun[work], profile);
}
