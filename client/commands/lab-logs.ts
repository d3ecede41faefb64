import { readFileSync } from 'node:fs';
import { logFile, type Part, parts } from '../../lab/paths.ts';
import { Problem, shown } from '../../workflows/problem.ts';
import { printLine } from '../output.ts';

const tail = 40;

/** `lab logs [part]`: the newest lines of each part's log. */
export async function labLogs(part: string | undefined): Promise<void> {
  if (part !== undefined && !parts.includes(part as Part)) {
    throw new Problem('bad-usage', `The lab has no part "${shown(part)}"`, `Its parts are: ${parts.join(', ')}.`);
  }
  for (const name of part === undefined ? parts : [part as Part]) {
    printLine(`==> ${logFile(name)}`);
    printLine(newest(logFile(name)));
  }
}

function newest(file: string): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-tail).join('\n');
  } catch {
    return '(no log yet)';
  }
}
