import Table from 'cli-table3';
import { attempt, grace } from './kills/attempt.ts';
import { casesFor } from './kills/cases.ts';
import { toolsOf } from './kills/tools.ts';
import { withLab } from './lab.ts';

const hold = 4;
const signed = new Intl.NumberFormat('en', {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
  signDisplay: 'exceptZero',
});

/** Who restores the flag file, and when, whatever becomes of the process that broke it. */
export async function kills(): Promise<string> {
  return await withLab(async (lab) => {
    const { file } = lab.status.flagd;
    const tools = await toolsOf(lab, hold);
    const table = new Table({ head: ['', ...tools.map(({ title }) => title)] });
    for (const each of await casesFor(file)) {
      const row: string[] = [];
      for (const tool of tools) {
        const late = await attempt(tool, each, file, hold * 1_000);
        row.push(late === undefined ? 'fault left' : `restored ${signed.format(late / 1_000)} s`);
        process.stderr.write(`${each.title}; ${tool.title}: ${row.at(-1)}\n`);
      }
      table.push([each.title, ...row]);
    }
    return [
      table.toString(),
      `The flag is broken for ${hold} s; struck in the middle, looked at until ${grace / 1_000} s after due. Seconds count from when`,
      'the fault was due to end: less than 0 is an incident that its user cut short, or that was cut short for them.',
      'Neither peer tries a failed restore again; with a loop of its own either could.',
      'Where all of ours was killed, the fault is withdrawn by the next `lab up`, which the bench checks.',
    ].join('\n');
  });
}
