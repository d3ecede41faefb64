import path from 'node:path';
import { projectRoot } from '../environments/root.ts';

/** Where the embedded lab keeps its things: `.lab/` in the project, or the directory that INCIDENTFOX_LAB names. */
export const labDirectory = path.resolve(projectRoot, process.env['INCIDENTFOX_LAB'] ?? '.lab');

export const labPaths = {
  state: path.join(labDirectory, 'lab.json'),
  claim: path.join(labDirectory, 'supervisor.json'),
  flags: path.join(labDirectory, 'flags', 'demo.flagd.json'),
  database: path.join(labDirectory, 'temporal', 'temporal.db'),
  logs: path.join(labDirectory, 'logs'),
} as const;

export const parts = ['supervisor', 'temporal', 'worker', 'flagd', 'shop'] as const;

/** The processes of a lab. */
export type Part = (typeof parts)[number];

export function logFile(part: Part): string {
  return path.join(labPaths.logs, `${part}.log`);
}
