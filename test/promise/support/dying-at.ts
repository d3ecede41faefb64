import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../../../environments/root.ts';

const preload = pathToFileURL(path.join(projectRoot, 'test/promise/support/die-at-rename.mjs'));

/** Variables of a lab whose worker dies at a write of its own, once the file `control` says which (die-at-rename.mjs). */
export function dyingAt(control: string): NodeJS.ProcessEnv {
  return { NODE_OPTIONS: `--import=${preload.href}`, DIE_AT_RENAME: control };
}
