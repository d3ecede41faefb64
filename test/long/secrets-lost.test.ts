import { once } from 'node:events';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { fileCleanup } from '../support/cleanups.ts';
import { devServer } from '../support/incidents.ts';
import { drawCells, numbered } from '../support/matrix.ts';
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
const whens: When[] = ['before', 'after'];
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
/** The activities of a rotation, such as `restartConsumer accounting`. */
async function callsOf(way: (typeof ways)[number]): Promise<string[]> {
  const lab = rotation(`count-${way.replace(' ', '-')}-${(counts += 1)}`, way);
  await lab.run('rotate', postgres).catch(() => undefined);
  return lab.world.since(0);
}

/** Which activities something is done to; in a sample one of each step. */
function drawCalls(matrix: string, calls: string[], at: readonly When[]) {
  const names = numbered(calls);
  const cells = at.flatMap((when) =>
    names.map((name, call) => ({
      name: `${name}, ${when} its work`,
      kind: calls[call]?.split(' ')[0] ?? '',
      when,
      call,
    })),
  );
  return drawCells(matrix, cells);
}

describe.each(ways)('a rotation that is %s', (way) => {
  const slug = way.replace(' ', '-');

  it.each(whens)('ends the same whichever attempt dies %s its work', async (when) => {
    const end = new AbortController();
    const silence = once(end.signal, 'abort').then(() => undefined);
    onTestFinished(() => end.abort());
    const losing = async (lost: number): Promise<{ isRepeated: boolean; code: string | undefined; bad: string[] }> => {
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
      return { isRepeated: tries > 1, code, bad: world.outOfStep };
    };
    const calls = await callsOf(way);
    expect(calls.length).toBeGreaterThan(12);
    const drawn = drawCalls(`attempt of a rotation lost, ${way}`, calls, whens).filter((cell) => cell.when === when);
    const found = await Promise.all(drawn.map(async ({ name, call }) => ({ name, ...(await losing(call)) })));
    const code = way === 'done' ? 'done' : 'rotation-failed';
    expect(found).toEqual(drawn.map(({ name }) => ({ name, code, bad: [], isRepeated: true })));
  });

  it.each(whens)('is over as it was or done where it is cancelled %s each work', async (when) => {
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
    const calls = await callsOf(way);
    const drawn = drawCalls(`rotation cancelled, ${way}`, calls, whens).filter((cell) => cell.when === when);
    const found = await Promise.all(drawn.map(async ({ name, call }) => ({ name, ...(await cancelling(call)) })));
    expect(found.filter(({ bad }) => bad.length > 0)).toEqual([]);
    // at the very end a cancel may come too late, and one of a roll-back that is under way is refused
    expect(found.filter(({ status, isNew }) => isNew !== (status === 'COMPLETED'))).toEqual([]);
    expect(found.filter(({ status }) => status !== 'CANCELLED').length).toBeLessThanOrEqual(calls.length - 10);
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
  // the parent's own first step is over before there is a child to be cancelled
  const drawn = drawCalls('rotation cancelled, its worker dead', await callsOf('done'), ['after']).filter(
    ({ call }) => call > 0,
  );
  const found = await Promise.all(drawn.map(async ({ name, call }) => ({ name, ...(await cancelling(call)) })));
  expect(found).toEqual(drawn.map(({ name }) => ({ name, status: 'CANCELLED', bad: [] })));
});
