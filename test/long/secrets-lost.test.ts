import { once } from 'node:events';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { fileCleanup } from '../support/cleanups.ts';
import { devServer } from '../support/incidents.ts';
import { SecretsLab } from '../workflows/support/secrets-lab.ts';

// At each activity of a rotation, and of its rollback, the attempt dies or the rotation is cancelled. The worker remembers nothing from one
// task to the next. On the dev server: the time-skipping one forgets an activity that completes while it is being cancelled.
const cleanup = fileCleanup();
let server: SecretsLab;

beforeAll(async () => {
  const env = await devServer();
  cleanup(() => env.teardown());
  server = await SecretsLab.on(env, 'lost', cleanup);
});

const postgres = { secrets: ['postgres'] };
type When = 'before' | 'after';
/** A rotation as a whole, and one whose last step fails: it is taken back. */
const ways = ['done', 'taken back'] as const;

function rotation(name: string, way: (typeof ways)[number]): SecretsLab {
  const lab = server.another(name);
  if (way === 'taken back') {
    let proofs = 0;
    lab.world.failing = (step) => step === 'proveLogin' && (proofs += 1) === 3;
  }
  return lab;
}

let counts = 0;
/** How many activities there are. */
async function countCalls(way: (typeof ways)[number]): Promise<number> {
  const lab = rotation(`count-${way.replace(' ', '-')}-${(counts += 1)}`, way);
  await lab.run('rotate', postgres).catch(() => undefined);
  return lab.world.calls.length;
}

describe.each(ways)('a rotation that is %s', (way) => {
  const slug = way.replace(' ', '-');

  it.each<When>(['before', 'after'])('ends the same whichever attempt dies %s its work', async (when) => {
    const end = new AbortController();
    const silence = once(end.signal, 'abort').then(() => undefined);
    onTestFinished(() => end.abort());
    const losing = async (lost: number): Promise<{ tries: number; code: string | undefined; bad: string[] }> => {
      const lab = rotation(`lost-${slug}-${when}-${lost}`, way);
      const { world } = lab;
      let isLost = false;
      world.around = async (at, call) => {
        if (at !== when || call !== lost || isLost) return;
        isLost = true;
        await silence;
      };
      const code = await lab.run('rotate', postgres).then(
        () => 'done',
        (error: { cause?: { type?: string } }) => error.cause?.type,
      );
      const { step, of } = world.calls[lost] ?? {};
      const tries = world.since(0).filter((each) => each === `${step} ${of}`).length;
      return { tries, code, bad: world.outOfStep };
    };
    const calls = await countCalls(way);
    expect(calls).toBeGreaterThan(12);
    const found = await Promise.all(Array.from({ length: calls }, (_, call) => losing(call)));
    const code = way === 'done' ? 'done' : 'rotation-failed';
    expect(found.map((each) => [each.code, each.bad])).toEqual(found.map(() => [code, []]));
    expect(found.every(({ tries }) => tries > 1)).toBe(true);
  });

  it.each<When>(['before', 'after'])('is over as it was or done where it is cancelled %s each work', async (when) => {
    const cancelling = async (at: number): Promise<{ status: string; isNew: boolean; bad: string[] }> => {
      const lab = rotation(`cancel-${slug}-${when}-${at}`, way);
      const { world } = lab;
      const handle = await lab.start('rotate', postgres);
      world.around = async (each, call) => {
        if (each === when && call === at) await handle.cancel();
      };
      await handle.result().catch(() => undefined);
      const { status } = await handle.describe();
      return { status: status.name, isNew: world.current['postgres'] !== 'p0', bad: world.outOfStep };
    };
    const calls = await countCalls(way);
    const found = await Promise.all(Array.from({ length: calls }, (_, call) => cancelling(call)));
    expect(found.map(({ bad }) => bad)).toEqual(found.map(() => []));
    // whoever asks for it at the very end may come too late, and whoever asks for a rollback to end is told of that
    expect(found.every(({ status, isNew }) => isNew === (status === 'COMPLETED'))).toBe(true);
    expect(found.filter(({ status }) => status === 'CANCELLED').length).toBeGreaterThan(9);
  });
});

it('is cancelled also where the worker dies at the same time, in whichever step', async () => {
  const end = new AbortController();
  const silence = once(end.signal, 'abort').then(() => undefined);
  onTestFinished(() => end.abort());
  const cancelling = async (at: number): Promise<{ status: string; bad: string[] }> => {
    const lab = rotation(`dies-${at}`, 'done');
    const { world } = lab;
    const handle = await lab.start('rotate', postgres);
    let isDead = false;
    world.around = async (when, call) => {
      if (when === 'before' || call !== at || isDead) return;
      isDead = true;
      await handle.cancel();
      await silence;
    };
    await handle.result().catch(() => undefined);
    return { status: (await handle.describe()).status.name, bad: world.outOfStep };
  };
  const calls = await countCalls('done');
  // the parent's own first step is over before there is a child to be cancelled
  const found = await Promise.all(Array.from({ length: calls - 1 }, (_, call) => cancelling(call + 1)));
  expect(found).toEqual(found.map(() => ({ status: 'CANCELLED', bad: [] })));
});
