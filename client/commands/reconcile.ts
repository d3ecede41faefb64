import Table from 'cli-table3';
import { Caretaker } from '../../activities/flags/caretaker.ts';
import { type Findings, findDue, withdrawDue } from '../../activities/flags/reconciler.ts';
import type { StoreState } from '../../activities/flags/state.ts';
import { findStrays } from '../../activities/flags/strays.ts';
import { temporalOwners } from '../../activities/owners.ts';
import { connectTo, type KnownServer } from '../../activities/server.ts';
import type { Target } from '../../activities/dependencies.ts';
import { knownLab } from '../../lab/elsewhere.ts';
import type { EndedBy } from '../../workflows/contract.ts';
import { exitCodes } from '../../workflows/problem.ts';
import { withTarget } from '../live-flags.ts';
import { note, printJson, printLine } from '../output.ts';
import { targetOf } from '../temporal.ts';

interface Row {
  id: string;
  flag: string;
  action: 'withdraw' | 'keep' | 'cannot';
  why: string;
}

/**
 * `reconcile`: one round of what the reconciler does all the time, or with `--dry-run` what it would do. Exit code 1 where a
 * marked fault cannot be withdrawn, since nobody knows what was there before.
 */
export async function reconcile({ dryRun = false, json = false }: { dryRun?: boolean; json?: boolean }): Promise<void> {
  const lab = knownLab();
  const server = lab && (await connectTo(targetOf(lab)).catch(() => undefined));
  if (!server) note('No Temporal server answers, so nobody can say whose workflow is gone: only deadlines count.');
  const rows = await withTarget((target) => oneRound(target, dryRun, server)).finally(() => server?.connection.close());
  if (rows.some(({ action }) => action === 'cannot')) process.exitCode = exitCodes.failed;
  if (json) return printJson({ dryRun, rows });
  if (rows.length === 0) return printLine('No fault is in force, and no record is open.');
  const table = new Table({ head: ['incident', 'flag', dryRun ? 'would' : 'did', 'why'], style: { head: ['bold'] } });
  for (const { id, flag, action, why } of rows) table.push([id, flag, action, why]);
  printLine(table.toString());
}

async function oneRound({ store, witness }: Target, dryRun: boolean, server: KnownServer | undefined): Promise<Row[]> {
  const caretaker = new Caretaker(store, {
    ...(server ? { owners: temporalOwners(() => Promise.resolve(server)) } : {}),
    isRestored: (record) => witness.isWithout(record),
  });
  const { gone } = await caretaker.ask(true);
  const before = await store.read();
  const found = dryRun ? findDue(before, Date.now(), gone) : await withdrawDue(store, Date.now, gone);
  if (!dryRun) {
    await store.publish();
    await caretaker.look(true);
  }
  return [...rowsOf(found), ...kept(before, found), ...hopeless(before)];
}

function rowsOf({ due, strays }: Findings): Row[] {
  return [
    ...due.map(({ record: { id, flag, state }, endedBy }): Row => {
      const why = state === 'withdrawing' ? 'a withdrawal was cut short' : ((endedBy && reasons[endedBy]) ?? 'overdue');
      return { id, flag, action: 'withdraw', why };
    }),
    ...strays.map(({ incident, flag }): Row => ({ id: incident, flag, action: 'withdraw', why: 'no open record' })),
  ];
}

const reasons: Partial<Record<EndedBy, string>> = {
  halt: 'the safety lever is pulled',
  ownerless: 'its workflow is gone',
};

function kept(state: StoreState, { due }: Findings): Row[] {
  const taken = new Set(due.map(({ key }) => key));
  return state
    .open()
    .filter(([key]) => !taken.has(key))
    .map(([, { id, flag, until, state: phase }]) => {
      const why = phase === 'open' ? `a live incident holds it until ${until}` : 'withdrawn, to be verified and closed';
      return { id, flag, action: 'keep', why };
    });
}

function hopeless(state: StoreState): Row[] {
  return findStrays(state)
    .filter(({ before }) => before === undefined)
    .map(({ incident, flag }) => ({ id: incident, flag, action: 'cannot', why: 'nobody knows what was there before' }));
}
