import { FileFlagStore } from '../../activities/flags/file-store.ts';
import type { FileEnvironment } from '../../environments/load.ts';
import { labParts, labTable } from '../lab-parts.ts';
import type { Glance } from './glance.ts';
import { ledgerLines, ledgerView } from './ledger.ts';

/** Looks at the embedded lab. Throws Problem `lab-down` where none is up. */
export function glanceAt({ name, flags }: FileEnvironment): Glance {
  const store = new FileFlagStore(flags.location);
  return async () => {
    const lab = await labParts();
    const ledger = ledgerView(await store.read());
    return {
      document: { environment: name, lab, ...ledger },
      text: () => [labTable(lab), ...ledgerLines(ledger)].join('\n'),
    };
  };
}
