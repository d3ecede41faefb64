import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { FlagDocument } from '../../activities/flags/document.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { Editor } from './support/editor.ts';
import { holding } from './support/history.ts';
import {
  expectEditsKept,
  expectRecovered,
  expectTruth,
  incidentTable,
  resultOf,
  startWatched,
} from './support/incident.ts';
import { scenarios } from './support/moments.ts';
import { Rig } from './support/rig.ts';

// somebody else edits the flag file meanwhile
const cleanup = fileCleanup();
const report = incidentTable('edits by others');
let rig: Rig;
beforeAll(async () => {
  rig = await Rig.up(cleanup);
});

it('another program edits another flag throughout: no edit is lost, and every fault is withdrawn', async ({ task }) => {
  const editor = new Editor(rig.file, 'edited');
  onTestFinished(() => void editor.stop());
  for (let round = 0; round < 4; round += 1) {
    const incidents = await Promise.all(
      scenarios.slice(0, 4).map(([scenario, flag]) => startWatched(rig, flag, { scenario, duration: '1s' })),
    );
    for (const { handle, watch } of incidents) {
      const result = await resultOf(rig, handle);
      await expect.poll(() => watch.isWhole).toBe(true);
      // it may put an old copy back, with the fault in it or without: both are noticed
      report(task.meta, `another flag, round ${round + 1}`, { rig, watch, result });
    }
    for (const { watch } of incidents) watch.stop();
  }
  const flag = editor.stop();
  expect(editor.edits).toBeGreaterThan(100);
  expectEditsKept(editor);
  const kept = new FlagDocument(await rig.document());
  expect(kept.flag('edited')).toBe(flag);
  const original = new FlagDocument(rig.original);
  for (const name of original.names()) expect(kept.flag(name)).toBe(original.flag(name));
  await rig.whole(kept.text);
  writeFileSync(rig.file, rig.original);
});

it('another program edits the same flag: the original is restored, and the edit is in the result', async ({ task }) => {
  const [scenario, name] = scenarios[0] ?? ['', ''];
  const edited = '{"state": "ENABLED", "variants": {"off": 0, "7%": 0.07}, "defaultVariant": "7%"}';
  const incident = await startWatched(rig, name, { scenario, duration: '2s' });
  await rig.reaches(incident.handle, holding);
  const document = new FlagDocument(readFileSync(rig.file, 'utf8'));
  writeFileSync(rig.file, document.with(new Map([[name, edited]])).text);
  const result = await resultOf(rig, incident.handle);
  expect(result.overwritten).toEqual(JSON.parse(edited));
  expectTruth(rig, result, incident.watch);
  await rig.whole();
  report(task.meta, 'the same flag', { rig, watch: incident.watch, result });
  incident.watch.stop();
});

it('the ledger is deleted in the middle of an incident: the fault is withdrawn all the same', async ({ task }) => {
  const [scenario, name] = scenarios[1] ?? ['', ''];
  const incident = await startWatched(rig, name, { scenario, duration: '1h' });
  await rig.reaches(incident.handle, holding);
  const ledger = `${rig.file}.ledger.json`;
  const began = Date.now();
  rmSync(ledger);
  await expect.poll(() => incident.watch.isWhole).toBe(true);
  expect(await rig.document()).toBe(rig.original);
  await incident.handle.cancel();
  const result = await resultOf(rig, incident.handle);
  expectRecovered(result);
  report(task.meta, 'the ledger is deleted', { rig, watch: incident.watch, result, due: began, within: 5_000 });
  await rig.whole();
  incident.watch.stop();
});
