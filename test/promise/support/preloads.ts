import path from 'node:path';
import { pathToFileURL } from 'node:url';

const preload = (name: string): string => `--import=${pathToFileURL(path.join(import.meta.dirname, name)).href}`;

/** Variables of a lab whose worker dies at a write of its own, once the file `control` says which (die-at-rename.mjs). */
export function dyingAt(control: string): NodeJS.ProcessEnv {
  return { NODE_OPTIONS: preload('die-at-rename.mjs'), DIE_AT_RENAME: control };
}

/** Variables of a lab whose worker does not start while the file `hold` is there, and can be made to die as with `dyingAt`. */
export function heldBy(hold: string, control: string): NodeJS.ProcessEnv {
  const options = `${preload('die-at-rename.mjs')} ${preload('held-worker.mjs')}`;
  return { NODE_OPTIONS: options, DIE_AT_RENAME: control, HOLD_WORKER: hold };
}
