import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../environments/root.ts';
import type { Scenario } from './schema.ts';

/** Scenarios that the build has parsed and checked, by the hash of their file's text. */
export type CheckedScenarios = Record<string, Scenario>;

const built = path.join(projectRoot, 'dist');
export const checkedFile = path.join(built, 'scenarios/checked.json');

/** The key under which a file's text is looked up; a text that was edited since has another. */
export function textKey(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** What the build has checked; nothing when this is not the built code, or the build has not got so far. */
export function readChecked(): CheckedScenarios {
  if (!import.meta.filename.startsWith(built + path.sep)) return {};
  try {
    return JSON.parse(readFileSync(checkedFile, 'utf8')) as CheckedScenarios;
  } catch {
    return {};
  }
}
