import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, it } from 'vitest';
import { fileCleanup } from '../support/cleanups.ts';
import { temporaryDirectory } from '../support/flags.ts';
import { dyingAt } from './support/dying-at.ts';
import { endedRight, lasting, lateness, resultOf, startWatched, told, tryUntil } from './support/incident.ts';
import { scenarios } from './support/moments.ts';
import { Rig } from './support/rig.ts';
import { caseTable } from './support/table.ts';

// the worker dies inside the steps of injection and rollback: around every write of an incident's life
const cleanup = fileCleanup();
const report = caseTable('worker dies');
const writes = [
  'the ledger that records the fault',
  'the ledger that says it is applied',
  'the flags with the fault',
  'the ledger that says it was seen',
  'the ledger that says it is withdrawn',
  'the flags without the fault',
  'the ledger that closes the record',
];
const cases = writes.flatMap((write, index) => [
  { name: `before it writes ${write}`, control: `${index + 1} before` },
  { name: `after it wrote ${write}`, control: `${index + 1} after` },
]);
const rigs = 2;

let labs: { rig: Rig; control: string }[];
beforeAll(async () => {
  labs = await Promise.all(
    Array.from({ length: rigs }, async () => {
      const control = path.join(await temporaryDirectory(cleanup), 'die');
      const rig = await Rig.up(cleanup, { env: dyingAt(control) });
      // the first incident of a lab also writes the ledger itself
      await resultOf(rig, await rig.start({ scenario: 'payment-failure', duration: '1s' }));
      return { rig, control };
    }),
  );
});

it('the worker dies around every write, and every incident ends right', async () => {
  await Promise.all(
    labs.map(async ({ rig, control }, lab) => {
      for (let index = lab; index < cases.length; index += rigs) {
        // on a busy machine the supervisor may withdraw first, and the worker never come to that write: then once more
        await tryUntil((attempt) => dieAt(rig, control, index, attempt));
      }
      await rig.whole();
    }),
  );
});

/** Answers whether the worker died, and was back before the fault's time was over. */
async function dieAt(rig: Rig, file: string, index: number, attempt: number): Promise<boolean> {
  const { name, control } = cases[index] ?? { name: '', control: '' };
  const [scenario, flag] = scenarios[index] ?? ['', ''];
  const worker = await rig.pid('worker');
  await writeFile(file, control);
  const incident = await startWatched(rig, flag, { scenario, duration: lasting }, `incident-step-${index}-${attempt}`);
  const result = await resultOf(rig, incident.handle);
  if (existsSync(file)) {
    await rm(file);
    incident.watch.stop();
    return false;
  }
  const recovered = endedRight(result, incident.watch);
  report({ name, late: lateness(incident.watch, Date.parse(result.deadline ?? '')), told: told(result) });
  incident.watch.stop();
  await rig.untilBack('worker', worker);
  return recovered;
}
