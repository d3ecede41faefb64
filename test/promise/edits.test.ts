import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { FlagDocument } from '../../activities/flags/document.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { Editor } from './support/editor.ts';
import { untilHistory } from './support/history.ts';
import {
  expectEditsKept,
  expectRecovered,
  expectTruth,
  lateness,
  resultOf,
  startWatched,
  told,
} from './support/incident.ts';
import { moments, scenarios } from './support/moments.ts';
import { Rig } from './support/rig.ts';
import { caseTable } from './support/table.ts';

// somebody else edits the flag file meanwhile
const cleanup = fileCleanup();
const report = caseTable('edits by others');
let rig: Rig;
beforeAll(async () => {
  rig = await Rig.up(cleanup);
});

it('another program edits another flag throughout: no edit is lost, and every fault is withdrawn', async () => {
  const editor = new Editor(rig.file, 'edited');
  onTestFinished(() => void editor.stop());
  for (let round = 0; round < 4; round += 1) {
    const incidents = await Promise.all(
      scenarios.slice(0, 4).map(([scenario, flag]) => startWatched(rig, flag, { scenario, duration: '1s' })),
    );
    for (const { handle, watch } of incidents) {
      const result = await resultOf(rig, handle);
      const late = lateness(watch, Date.parse(result.deadline ?? ''));
      // it may put an old copy back, with the fault in it or without: both are noticed
      expect(late ?? 0).toBeLessThan(3_000);
      report({ name: `another flag, round ${round + 1}`, late, told: told(result) });
    }
    await expect.poll(() => incidents.every(({ watch }) => watch.isWhole)).toBe(true);
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

it('another program edits the same flag: the original is restored, and the edit is in the result', async () => {
  const [scenario, name] = scenarios[0] ?? ['', ''];
  const edited = '{"state": "ENABLED", "variants": {"off": 0, "7%": 0.07}, "defaultVariant": "7%"}';
  const incident = await startWatched(rig, name, { scenario, duration: '2s' });
  await untilHistory(incident.handle, moments['active'] ?? (() => false));
  const document = new FlagDocument(readFileSync(rig.file, 'utf8'));
  writeFileSync(rig.file, document.with(new Map([[name, edited]])).text);
  const result = await resultOf(rig, incident.handle);
  expect(result.overwritten).toEqual(JSON.parse(edited));
  expectTruth(result, incident.watch);
  await rig.whole();
  report({
    name: 'the same flag',
    late: lateness(incident.watch, Date.parse(result.deadline ?? '')),
    told: `${told(result)}, and what it overwrote`,
  });
  incident.watch.stop();
});

it('the ledger is deleted in the middle of an incident: the fault is withdrawn all the same', async () => {
  const [scenario, name] = scenarios[1] ?? ['', ''];
  const incident = await startWatched(rig, name, { scenario, duration: '1h' });
  await untilHistory(incident.handle, moments['active'] ?? (() => false));
  const ledger = `${rig.file}.ledger.json`;
  const began = Date.now();
  rmSync(ledger);
  await expect.poll(() => incident.watch.isWhole, { timeout: 5_000 }).toBe(true);
  expect(await rig.document()).toBe(rig.original);
  const late = lateness(incident.watch, began);
  await incident.handle.cancel();
  const result = await resultOf(rig, incident.handle);
  expectRecovered(result);
  report({ name: 'the ledger is deleted', late, told: told(result) });
  await rig.whole();
  incident.watch.stop();
});
