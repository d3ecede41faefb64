import { appendFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Lines } from '../../../activities/terraform/lines.ts';
import { RunLog } from '../../../activities/terraform/run-log.ts';
import { temporaryDirectory } from '../../support/flags.ts';

const at = '2026-11-25T10:00:00.000Z';
const now = Date.parse(at) + 65_000;
const resource = (addr: string) => ({ addr, module: '', resource: addr });
const line = (type: string, rest: object): string =>
  JSON.stringify({ '@level': 'info', '@message': type, '@timestamp': at, type, ...rest });
const planned = (addr: string, action: string) =>
  line('planned_change', { change: { resource: resource(addr), action } });
const hook = (type: string, addr: string, action: string) => line(type, { hook: { resource: resource(addr), action } });

test('a replacement is done when both of its actions are; what fails is not', () => {
  const log = new RunLog();
  const take = (...lines: string[]) => lines.forEach((each) => log.take(each));
  expect(log.progress(now)).toBeNull();
  take(planned('a.a', 'replace'), planned('b.b', 'update'), planned('c.c', 'move'), planned('d.d', 'noop'));
  expect(log.progress(now)).toEqual({ done: 0, of: 2, busy: [] });
  take(hook('apply_start', 'a.a', 'delete'), hook('apply_start', 'b.b', 'update'));
  take(hook('apply_complete', 'a.a', 'delete'), hook('apply_errored', 'b.b', 'update'));
  expect(log.progress(now)).toEqual({ done: 0, of: 2, busy: [] });
  take(hook('apply_start', 'a.a', 'create'));
  expect(log.progress(now)).toEqual({ done: 0, of: 2, busy: [{ address: 'a.a', seconds: 65 }] });
  take(hook('apply_complete', 'a.a', 'create'));
  expect(log.progress(now)).toEqual({ done: 1, of: 2, busy: [] });
  expect([...log.planned.keys()]).toEqual(['a.a', 'b.b', 'c.c']);
});

test('drift is told by address', () => {
  const log = new RunLog();
  log.take(line('resource_drift', { change: { resource: resource('aws_vpc.lab'), action: 'update' } }));
  expect(log.drifted).toEqual(['aws_vpc.lab']);
});

test('what is no event is kept as output, the newest of it, and what is told is bounded', () => {
  const log = new RunLog();
  for (let index = 0; index < 10_000; index++) log.take(`panic ${index}: ${'x'.repeat(5_000)}`);
  for (const odd of ['{"cut', '{}', '[1]', '', 'null']) log.take(odd);
  expect(log.rest).toHaveLength(20);
  expect(log.rest.at(-1)).toBe('null');
  expect(log.news().join('').length).toBeLessThan(20 * 500);
  expect(log.news()).toEqual([]);
});

test('lines are read as they come, whole, and none that is endless', async () => {
  const file = path.join(await temporaryDirectory(), 'output');
  const lines = new Lines(file);
  const seen: string[] = [];
  const read = async () => await lines.read((each) => void seen.push(each));
  await read();
  await writeFile(file, 'one\ntw');
  await read();
  expect(seen).toEqual(['one']);
  await appendFile(file, `o é\n${'x'.repeat(3_000_000)}\nthree\nfour`);
  await read();
  expect(seen).toEqual(['one', 'two é', 'three']);
  await lines.close((each) => void seen.push(each));
  expect(seen.at(-1)).toBe('four');
});
