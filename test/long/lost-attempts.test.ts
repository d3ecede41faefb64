import { once } from 'node:events';
import { beforeAll, expect, it } from 'vitest';
import { fileCleanup } from '../support/cleanups.ts';
import { drawCells, numbered } from '../support/matrix.ts';
import { CloudLab } from '../workflows/support/cloud-lab.ts';

// At each activity of a deploy and a teardown the attempt dies: before its work, or after it, before anybody heard of it. The worker
// remembers nothing from one task to the next. That real workers are really killed is for test/aws and test/cluster.
const cleanup = fileCleanup();
let server: CloudLab;
beforeAll(async () => {
  server = await CloudLab.up(cleanup);
});

const yes = { yes: true };

/** The activities of a deploy, and of a teardown after it. */
async function steps(): Promise<{ deploy: string[]; teardown: string[] }> {
  const { calls } = server.cloud;
  const before = calls.length;
  await server.run('deploy', yes);
  const between = calls.length;
  await server.run('teardown');
  return { deploy: calls.slice(before, between), teardown: calls.slice(between) };
}

const whens = ['before', 'after'] as const;

/** In a sample each activity loses an attempt once. */
function losses(calls: string[]) {
  const names = numbered(calls);
  const cells = whens.flatMap((when) =>
    names.map((name, call) => ({ name: `${name}, ${when} its work`, kind: calls[call] ?? '', when, call })),
  );
  return drawCells('attempt of a life cycle lost', cells);
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

it.each(whens)('goes on whichever attempt dies %s its work', async (when) => {
  const { deploy, teardown } = await steps();
  expect([deploy.length > 10, teardown.length > 10]).toEqual([true, true]);
  const end = new AbortController();
  const silence = once(end.signal, 'abort');
  const drawn = losses([...deploy, ...teardown]).filter((loss) => loss.when === when);
  const cases = drawn.map(async ({ name, call }) => [name, (await losing(when, call, silence)) > 1]);
  const repeated = await Promise.all(cases).finally(() => end.abort());
  expect(repeated).toEqual(drawn.map(({ name }) => [name, true]));
});
