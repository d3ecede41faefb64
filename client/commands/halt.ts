import pc from 'picocolors';
import type { LedgerRecord } from '../../activities/flags/ledger.ts';
import { pullLever, withdrawAll } from '../../activities/flags/lever.ts';
import type { OfrepWitness } from '../../activities/probes/ofrep.ts';
import type { Target } from '../../activities/dependencies.ts';
import { exitCodes, Problem } from '../../workflows/problem.ts';
import { withTarget } from '../live-flags.ts';
import { printJson, printLine } from '../output.ts';

/** How long the flag daemon has to show the restored flags (ms). */
const verifyLimit = 5_000;

/**
 * `halt`: pulls the safety lever and withdraws every fault, in this process, with or without Temporal; then tells the
 * workflows. Exit code 4 where no flag evaluation could verify the recovery.
 */
export async function halt({ reason, json = false }: { reason: string; json?: boolean }): Promise<void> {
  const { lever, withdrawn, verified, notEnded } = await withTarget((target) => pull(target, reason));
  if (!verified) process.exitCode = exitCodes.unverified;
  const faults = withdrawn.map(({ id, flag }) => ({ id, flag }));
  if (json) return printJson({ halted: true, ...lever, withdrawn: faults, verified, notEnded });
  printLine(pc.bold(`The safety lever is pulled since ${lever.since}: no incident can start.`));
  for (const { id, flag } of faults) printLine(`  withdrawn: ${flag} (${id})`);
  if (faults.length === 0) printLine('  No fault was in force.');
  if (!verified) printLine(pc.yellow('  No flag evaluation shows yet that all of them are gone.'));
  if (notEnded.length > 0)
    printLine(`  Not told yet, they end once Temporal and a worker answer: ${notEnded.join(', ')}`);
  printLine('Release it with: npm run incident -- resume');
}

async function pull({ store, witness }: Target, reason: string) {
  const lever = await pullLever(store, reason);
  const withdrawn = (await withdrawAll(store).catch(leverStays)).map(({ record }) => record);
  const [verified, notEnded] = await Promise.all([
    // the witness will tell whether this has worked
    store
      .publish()
      .catch(() => undefined)
      .then(() => everyRestored(witness, withdrawn)),
    import('../end-incidents.ts').then(({ endIncidents }) => endIncidents(store)),
  ]);
  return { lever, withdrawn, verified, notEnded };
}

/** The lever is pulled whatever became of the faults, and the one who pulled it must know both. */
function leverStays(error: unknown): never {
  const { message } = error as Error;
  throw new Problem(
    error instanceof Problem ? error.code : 'internal',
    `The safety lever is pulled, but faults could not be withdrawn: ${message}`,
    'Every worker and the lab go on trying; make the flags whole and writable.',
    { cause: error },
  );
}

async function everyRestored(witness: OfrepWitness, records: LedgerRecord[]): Promise<boolean> {
  return (await Promise.all(records.map((record) => witness.isWithout(record, verifyLimit)))).every(Boolean);
}
