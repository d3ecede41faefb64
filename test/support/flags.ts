import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { FileFlagStore } from '../../activities/flags/file-store.ts';
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

export type Cleanup = (work: () => Promise<void>) => void;

/** A directory that is gone when the test is. */
export async function temporaryDirectory(cleanup: Cleanup = onTestFinished): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'incidentfox-'));
  cleanup(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

export async function flagFile(text: string = handWritten): Promise<string> {
  const file = path.join(await temporaryDirectory(), 'demo.flagd.json');
  await writeFile(file, text);
  return file;
}

export async function fileStore(text?: string): Promise<FileFlagStore> {
  return new FileFlagStore(await flagFile(text));
}

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
