import Table from 'cli-table3';
import pc from 'picocolors';
import { loadCatalogue } from '../../scenarios/catalogue.ts';
import { fittingEntry } from '../../scenarios/resolve.ts';
import type { Scenario } from '../../scenarios/schema.ts';
import { formatDuration } from '../../workflows/duration.ts';
import { type LiveFlags, liveFlags } from '../live-flags.ts';
import { note, printJson, printLine } from '../output.ts';

/** `list`: the catalogue as a table, with what is active. */
export async function list({ json = false }: { json?: boolean }): Promise<void> {
  const { scenarios, broken } = loadCatalogue();
  const live = await liveFlags();
  const rows = scenarios.map((scenario) => entryOf(scenario, live));
  for (const { file, line, reason } of broken) note(`${pc.yellow('!')} ${file}:${line} is left out: ${reason}`);
  if (json) return printJson(rows);

  const table = new Table({
    head: ['scenario', 'what breaks', 'flag', 'default', 'active'],
    style: { head: ['bold'] },
  });
  for (const row of rows) {
    const active = row.active
      ? pc.red(`${row.active.variant}, ${formatDuration(row.active.secondsLeft * 1_000)} left`)
      : '';
    const name = row.available ? row.name : pc.dim(`${row.name} (no such flag here)`);
    table.push([name, row.title, row.flag, `${row.defaultVariant}, ${row.defaultDuration}`, active]);
  }
  printLine(table.toString());
}

function entryOf(scenario: Scenario, { flags, state }: LiveFlags) {
  const { name, aliases, title, defaultDuration } = scenario;
  const fitting = fittingEntry(scenario, flags);
  const { flag = '', variants = [], defaultVariant = '' } = fitting ?? Object.values(scenario.flags)[0] ?? {};
  const available = fitting !== undefined;
  const holder = state.holderOf(flag);
  const active = holder && {
    id: holder.id,
    variant: holder.variant,
    until: holder.until,
    secondsLeft: Math.max(0, Math.ceil((Date.parse(holder.until) - Date.now()) / 1_000)),
  };
  return { name, aliases, title, flag, variants, defaultVariant, defaultDuration, available, active: active ?? null };
}
