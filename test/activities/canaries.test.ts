import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { start } from '../../activities/command.ts';
import { filesWith, formsOf, historiesWith, holds, leavesOf, ProcessWatch } from '../support/canaries.ts';
import { devServer } from '../support/incidents.ts';
import { temporaryDirectory } from '../support/flags.ts';

const canary = 'canary/of+the=search09';

it.each(['', 'a', 'ab', 'abc', '{"password":"', 'é'])('finds a value in base64 and hexadecimal, after %j', (before) => {
  for (const after of ['', '"', '"}', 'xyz']) {
    const whole = Buffer.from(`${before}${canary}${after}`);
    for (const encoding of ['utf8', 'base64', 'base64url', 'hex'] as const) {
      expect([encoding, after, holds(whole.toString(encoding), [canary])]).toEqual([encoding, after, true]);
    }
  }
  expect(holds(Buffer.from(`${before}another`).toString('base64'), [canary])).toBe(false);
});

it('searches for nothing that is short enough to stand anywhere by chance', () => {
  expect(formsOf(canary).every((form) => form.length >= canary.length)).toBe(true);
});

it('finds it in files, however deep, and what they are', async () => {
  const directory = await temporaryDirectory();
  mkdirSync(path.join(directory, 'a/b'), { recursive: true });
  const [deep, other] = ['a/b/bytes.db', 'other.log'].map((name) => path.join(directory, name));
  writeFileSync(deep ?? '', Buffer.concat([Buffer.from([0, 255, 254]), Buffer.from(canary), Buffer.from([0])]));
  writeFileSync(other ?? '', 'nothing');
  expect(filesWith([canary, 'absent-value'], [directory])).toEqual([deep]);
  expect(filesWith(['absent-value'], [directory])).toEqual([]);
});

it('finds it in what a process was started with', async () => {
  const watch = new ProcessWatch(10_000);
  onTestFinished(() => watch.end());
  expect(watch.with([canary])).toBe(0);
  const told = start(process.execPath, ['-e', 'setInterval(() => {}, 1000)', canary]);
  const knows = start(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { env: { CANARY: canary } });
  await expect.poll(() => watch.with([canary])).toBe(2);
  for (const child of [told, knows]) child.kill('SIGKILL');
  await Promise.all([told, knows]);
  // it is known also of those that are gone
  expect(watch.with([canary])).toBe(2);
});

it('finds it in a history, in whatever a payload says', async () => {
  const env = await devServer();
  onTestFinished(() => env.teardown());
  const { client } = env;
  const options = { taskQueue: 'nobody', workflowId: 'told' };
  await client.workflow.start('any', { ...options, args: [{ deep: [canary] }] });
  await client.workflow.start('any', { ...options, workflowId: 'noted', args: [], memo: { note: canary } });
  await client.workflow.start('any', { ...options, workflowId: 'innocent', args: ['nothing'] });
  await expect
    .poll(() => historiesWith([canary], client))
    .toEqual({ of: 3, found: expect.toSatisfy((ids: string[]) => ids.toSorted().join() === 'noted,told') as string[] });
});

it('looks at every text and at all bytes of a value', () => {
  const found = leavesOf({ a: [{ b: 'text' }], c: new Uint8Array([65]), d: null, e: 1 });
  expect(found.map(String)).toEqual(expect.arrayContaining(['text', 'A']));
});
