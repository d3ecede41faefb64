import pc from 'picocolors';
import type { IncidentResult, Receipt } from '../workflows/contract.ts';
import { printLine } from './output.ts';

const headlines: Record<IncidentResult['outcome'], string> = {
  recovered: pc.green('✔ recovered: the fault was seen, withdrawn, and is gone'),
  'not-verified': pc.yellow('! withdrawn, but the recovery could not be verified'),
  'invalid-injection': pc.yellow('! no valid incident: nobody saw the fault'),
  refused: pc.red('✖ refused'),
  failed: pc.red('✖ failed'),
};

/** What an incident came to, for a person. */
export function printReport(result: IncidentResult): void {
  printLine(headlines[result.outcome]);
  const rows: [string, string | null][] = [
    ['incident', result.id],
    ['fault', `${result.flag} = ${result.variant}`],
    ['ended by', result.reason ? `${result.endedBy} (${result.reason})` : result.endedBy],
    ['applied', result.appliedAt],
    ['witnessed', result.witnessedAt],
    ['withdrawn', result.withdrawnAt && lateness(result)],
    ['verified', result.verifiedAt],
    ['indicator', indicatorLine(result.receipts)],
    ['error', result.error],
  ];
  for (const [label, value] of rows) if (value) printLine(`  ${label.padEnd(10)} ${value}`);
  if (result.overwritten) {
    printLine(
      pc.yellow(
        `  Somebody else's edit of ${result.flag} was replaced by the rollback: ${JSON.stringify(result.overwritten)}`,
      ),
    );
  }
}

function lateness({ withdrawnAt, deadline, endedBy, withdrawnBy }: IncidentResult): string {
  if (endedBy !== 'deadline' || !deadline || !withdrawnAt) return `${withdrawnAt} by the ${withdrawnBy}`;
  const late = (Date.parse(withdrawnAt) - Date.parse(deadline)) / 1_000;
  return `${withdrawnAt} by the ${withdrawnBy}, ${late.toFixed(2)} s after the deadline`;
}

function indicatorLine(receipts: Receipt[]): string | null {
  const seen = receipts.filter(({ witness }) => witness === 'indicator');
  if (seen.length === 0) return null;
  const values = seen.map(
    ({ moment, value }) => `${moment} ${typeof value === 'number' ? Number(value.toPrecision(3)) : 'no value'}`,
  );
  const isOut = seen.some(({ back }) => back === false);
  const away = isOut ? pc.yellow('; not back inside its range before') : '';
  return `${String(seen[0]?.['title'])}: ${values.join(', ')}${away}`;
}
