import type { NewRecord } from '../../activities/flags/apply.ts';
import type { JsonObject } from '../../workflows/contract.ts';

/** A document with hand-made formatting, so that a restore can be held against it byte for byte. */
export const handWritten = `{
  "$schema": "https://flagd.dev/schema/v0/flags.json",
  "flags": {
    "paymentFailure":   { "state": "ENABLED", "variants": {"off": 0, "50%": 0.5,
          "100%": 1}, "defaultVariant": "off" },
	"café": {"state":"ENABLED","variants":{"on":true,"off":false},"defaultVariant":"on"}
  }
}
`;

/** A record for a fault in `flag` as incident `id` would write it, an hour long from `now`. */
export function newRecord(
  lab: string,
  document: string,
  flag = 'paymentFailure',
  id = 'incident-1',
  now = Date.now(),
): NewRecord {
  const { flags } = JSON.parse(document) as { flags: Record<string, JsonObject> };
  const before = flags[flag] ?? {};
  const variant = Object.keys(before['variants'] as JsonObject).at(-1) ?? '';
  return {
    id,
    workflowId: id,
    firstRunId: `run-of-${id}`,
    cluster: 'cluster',
    namespace: 'default',
    lab,
    scenario: 'payment-failure',
    flag,
    variant,
    before,
    resting: {},
    applied: { ...before, defaultVariant: variant, metadata: { incident: id } },
    until: new Date(now + 3_600_000).toISOString(),
  };
}
