import path from 'node:path';
import { projectRoot } from './root.ts';

/** The file of keys that Temporal payloads are encrypted with, as INCIDENTFOX_CODEC_KEYS names it; undefined: they are not. */
export function codecKeysFile(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const { INCIDENTFOX_CODEC_KEYS: file } = env;
  return file ? path.resolve(projectRoot, file) : undefined;
}
