import path from 'node:path';
import { environmentName } from '../environments/load.ts';
import { labDirectory } from '../environments/lab-directory.ts';

/** Where a lab keeps its things. Asked for anew each time: `--environment` is read after this module. */
export const labPaths = {
  get directory(): string {
    return labDirectory(environmentName());
  },
  get state(): string {
    return path.join(this.directory, 'lab.json');
  },
  get claim(): string {
    return path.join(this.directory, 'supervisor.json');
  },
  get flags(): string {
    return path.join(this.directory, 'flags', 'demo.flagd.json');
  },
  get database(): string {
    return path.join(this.directory, 'temporal', 'temporal.db');
  },
  get logs(): string {
    return path.join(this.directory, 'logs');
  },
};

export const parts = ['supervisor', 'temporal', 'worker', 'flagd', 'shop'] as const;

/** The processes of a lab. */
export type Part = (typeof parts)[number];

export function logFile(part: Part): string {
  return path.join(labPaths.logs, `${part}.log`);
}
