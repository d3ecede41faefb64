import path from 'node:path';
import { projectRoot } from './root.ts';

/**
 * Where the lab of an environment keeps its things: the directory that INCIDENTFOX_LAB names, else `.lab/` in the project for the
 * embedded lab and `.lab/<environment>/` for the others.
 */
export function labDirectory(name: string, env: NodeJS.ProcessEnv = process.env): string {
  const own = name === 'embedded' ? '.lab' : path.join('.lab', name);
  return path.resolve(projectRoot, env['INCIDENTFOX_LAB'] ?? own);
}
