import Table from 'cli-table3';
import pc from 'picocolors';
import prettyMilliseconds from 'pretty-ms';
import type { SyncedSecret } from '../../workflows/secrets-contract.ts';
import { printLine } from '../output.ts';

const shortVersion = 8;

/** What is known of each secret, for people; no values. */
export function printSecrets(secrets: SyncedSecret[], done: string): void {
  const head = ['secret', 'version', 'age', 'refreshed', 'consumers'];
  const table = new Table({ head, style: { head: ['bold'] } });
  for (const { key, version, changedAt, refreshed, consumers } of secrets) {
    const age = prettyMilliseconds(Math.max(0, Date.now() - Date.parse(changedAt)), {
      unitCount: 2,
      secondsDecimalDigits: 0,
    });
    const taken = consumers.map(({ name, restarted }) => (restarted ? `${name} ${pc.yellow('(restarted)')}` : name));
    table.push([key, version.slice(0, shortVersion), age, shownRefresh(refreshed), taken.join('\n') || 'none']);
  }
  printLine(table.toString());
  printLine(pc.green(`✔ ${secrets.length} ${secrets.length === 1 ? 'secret is' : 'secrets are'} ${done}`));
}

function shownRefresh(refreshed: boolean | null): string {
  if (refreshed === null) return 'no cluster';
  return refreshed ? 'yes' : 'no';
}
