import { chmod, copyFile, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../activities/command.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { temporaryDirectory } from '../support/flags.ts';
import { holding } from './support/history.ts';
import { expectTruth, incidentTable, resultOf, startWatched } from './support/incident.ts';
import { Rig } from './support/rig.ts';

// the flag file cannot be written at the deadline; the flags are on a small disk of their own, so that it can be full
const cleanup = fileCleanup();
const report = incidentTable('flag file at the deadline');
let rig: Rig;
beforeAll(async () => {
  const directory = await temporaryDirectory(cleanup);
  await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory]);
  cleanup(async () => void (await run('umount', ['--lazy', directory])));
  rig = await Rig.up(cleanup, { directory });
});

const away = () => path.join(path.dirname(rig.file), 'away');
const ballast = () => path.join(path.dirname(rig.file), 'ballast');

/** Fills what is left of the disk. */
async function fillDisk(): Promise<void> {
  for (let size = 512 * 1_024; size >= 512; size /= 2) {
    for (let part = 0; await fits(`${ballast()}-${size}-${part}`, size); part += 1);
  }
}

async function fits(file: string, size: number): Promise<boolean> {
  try {
    await writeFile(file, Buffer.alloc(size));
    return true;
  } catch {
    await rm(file, { force: true });
    return false;
  }
}

describe('at the deadline the flag file', () => {
  it.for<[string, () => Promise<unknown>, () => Promise<unknown>]>([
    ['is read-only', () => chmod(rig.file, 0o444), () => chmod(rig.file, 0o644)],
    ['is missing', () => rename(rig.file, away()), () => rename(away(), rig.file)],
    [
      'is missing, and put back as it was before the incident',
      () => rm(rig.file),
      () => writeFile(rig.file, rig.original),
    ],
    ['is empty', () => copyFile(rig.file, away()).then(() => writeFile(rig.file, '')), () => rename(away(), rig.file)],
    [
      'is cut short',
      async () => {
        await copyFile(rig.file, away());
        const text = await readFile(rig.file, 'utf8');
        await writeFile(rig.file, text.slice(0, text.length / 3));
      },
      () => rename(away(), rig.file),
    ],
    ['is on a full disk', fillDisk, () => run('sh', ['-c', `rm -f ${ballast()}-*`])],
  ])('%s', async ([name, spoil, repair], { task }) => {
    const incident = await startWatched(rig, 'paymentFailure', { scenario: 'payment-failure', duration: '3s' });
    await rig.reaches(incident.handle, holding);
    await spoil();
    const { deadline } = (await incident.handle.query('state')) as { deadline: string };
    await delay(Date.parse(deadline) - Date.now() + 2_000);
    const phase = ((await incident.handle.query('state')) as { phase: string }).phase;
    // a file without its flag is no flag with a fault: it may have been withdrawn already
    if (!name.includes('cut short')) expect(phase).toBe('rolling-back');
    const repairedAt = Date.now();
    await repair();
    const result = await resultOf(rig, incident.handle);
    await rig.whole();
    expectTruth(rig, { ...result, withdrawnAt: null }, incident.watch);
    const repaired = { rig, watch: incident.watch, result, due: repairedAt, within: 5_000 };
    report(task.meta, `${name} (seconds after its repair)`, repaired);
    incident.watch.stop();
  });
});
