import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { FileFlagStore } from '../../activities/flags/file-store.ts';
import { projectRoot } from '../../environments/root.ts';
import { Problem } from '../../workflows/problem.ts';

/** Versions of the demo whose flag documents the lab has. */
export const demoVersions = ['3.0.0', '2.2.0'] as const;

/**
 * Puts the demo's flag document where the lab keeps its own. A document that is there is kept, edits and all, unless
 * another version than `present` is asked for. Answers the version that is in place, null where nobody knows it. Throws
 * Problem `incidents-active`.
 */
export async function placeFlags(
  file: string,
  wanted: string | undefined,
  present: string | null,
): Promise<string | null> {
  const there = existsSync(file);
  if (there && (wanted === undefined || wanted === present)) return present;
  if (there && (await new FileFlagStore(file).read()).open().length > 0) {
    throw new Problem(
      'incidents-active',
      'An incident is active, so the flags cannot be replaced by those of another version',
      'End it first: npm run incident -- status',
    );
  }
  const version = wanted ?? demoVersions[0];
  mkdirSync(path.dirname(file), { recursive: true });
  copyFileSync(path.join(projectRoot, 'lab/flags', `demo-${version}.flagd.json`), file);
  return version;
}
