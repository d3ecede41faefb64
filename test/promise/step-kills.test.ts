import { writeFile } from 'node:fs/promises';
import { beforeAll, describe, it } from 'vitest';
import { messages } from '../../workflows/contract.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { drawCells } from '../support/matrix.ts';
import { holding } from './support/history.ts';
import { incidentTable, type Watched } from './support/incident.ts';
import { type KillLab, killLab, runKill, untilDead } from './support/kills.ts';
import { LabPool } from './support/lab-pool.ts';

// the worker dies inside the steps of injection and roll-back: around every write of an incident's life
const cleanup = fileCleanup();
const report = incidentTable('worker dies');

/** Up to its being seen a fault is written by the incident's way in, and by its way out from then on. */
const wayIn = [
  'the ledger that records the fault',
  'the ledger that says it is applied',
  'the flags with the fault',
  'the ledger that says it was seen',
];
const wayOut = [
  'the ledger that says it is withdrawn',
  'the flags without the fault',
  'the ledger that closes the record',
];
const cells = [wayIn, wayOut].flatMap((writes) =>
  writes.flatMap((write, index) =>
    [false, true].flatMap((isHeld) =>
      (['before', 'after'] as const)
        // before its record there is no deadline that may pass
        .filter((when) => !(isHeld && when === 'before' && write === wayIn[0]))
        .map((when) => ({
          name: `${when} it ${when === 'before' ? 'writes' : 'wrote'} ${write}${isHeld ? ', held back' : ''}`,
          kind: isHeld ? `held back on the way ${writes === wayIn ? 'in' : 'out'}` : write,
          control: `${index + 1} ${when}`,
          isWayIn: writes === wayIn,
          isHeld,
        })),
    ),
  ),
);

const drawn = drawCells('worker dies', cells);

const labs = new LabPool<KillLab>();
beforeAll(async () => {
  await Promise.all([1, 2].map(async () => labs.add(await killLab(cleanup))));
});

/** Stops an active incident, whose next writes are those of its way out. */
async function stopActive({ rig, control: file }: KillLab, { handle }: Watched, control: string) {
  await rig.reaches(handle, holding);
  await writeFile(file, control);
  const stopped = Date.now();
  await handle.signal(messages.stop);
  await untilDead(file);
  return { stopped };
}

describe('the worker dies', () => {
  it.concurrent.for(drawn.map((cell) => [cell.name, cell] as const))('%s', async ([name, cell], { task }) => {
    const { control, isWayIn, isHeld } = cell;
    await labs.with(async (lab) => {
      const ways = isWayIn
        ? { prepare: () => writeFile(lab.control, control), strike: () => untilDead(lab.control).then(() => ({})) }
        : { strike: (incident: Watched) => stopActive(lab, incident, control) };
      const kill = { name, duration: isHeld ? '8s' : '10m', isStopped: true, isHeld, ...ways };
      await runKill(lab, kill, report, task.meta);
    });
  });
});
