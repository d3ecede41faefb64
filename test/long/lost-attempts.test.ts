import { once } from 'node:events';
import { beforeAll, expect, it } from 'vitest';
import { fileCleanup } from '../support/cleanups.ts';
import { CloudLab } from '../workflows/support/cloud-lab.ts';

// At each activity of a deploy and a teardown the attempt dies: before its work, or after it, before anybody heard of it. The worker
// remembers nothing from one task to the next. That real workers are really killed is for test/aws and test/cluster.
const cleanup = fileCleanup();
let server: CloudLab;
beforeAll(async () => {
  server = await CloudLab.up(cleanup);
});

const yes = { yes: true };

/** How many activities a deploy has, and a teardown after it. */
async function steps(): Promise<{ deploy: number; teardown: number }> {
  const { calls } = server.cloud;
  const before = calls.length;
  await server.run('deploy', yes);
  const deploy = calls.length - before;
  await server.run('teardown');
  return { deploy, teardown: calls.length - before - deploy };
}

/** A lab of its own that loses an attempt; it comes and goes all the same. Answers how often that activity was called. */
async function losing(when: 'before' | 'after', call: number, silence: Promise<unknown>): Promise<number> {
  const lab = await CloudLab.on(server.env, `${when}-${call}`, cleanup, { remembers: false });
  const { cloud } = lab;
  let isLost = false;
  cloud.around = async (at, each) => {
    if (at !== when || each !== call || isLost) return;
    isLost = true;
    await silence;
  };
  await lab.run('deploy', yes);
  expect(cloud.resources).toBe(cloud.wanted);
  await lab.run('teardown');
  expect(cloud.resources).toBe(0);
  return cloud.calls.filter((each) => each === cloud.calls[call]).length;
}

it.each(['before', 'after'] as const)('goes on whichever attempt dies %s its work', async (when) => {
  const { deploy, teardown } = await steps();
  expect([deploy > 10, teardown > 10]).toEqual([true, true]);
  const end = new AbortController();
  const silence = once(end.signal, 'abort');
  const cases = Array.from({ length: deploy + teardown }, (_, call) => losing(when, call, silence));
  const calls = await Promise.all(cases).finally(() => end.abort());
  expect(calls.every((count) => count > 1)).toBe(true);
});
