import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { RotateResult, SyncResult } from '../../workflows/secrets-contract.ts';
import { filesWith, historiesWith, ProcessWatch } from '../support/canaries.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { isFull } from '../support/matrix.ts';
import { drawSteps, rotationSteps } from '../support/steps.ts';
import { SecretsRig, settled, user } from './support/secrets-rig.ts';

const cleanup = fileCleanup();
let rig: SecretsRig;
let processes: ProcessWatch;

beforeAll(async () => {
  processes = new ProcessWatch();
  cleanup(() => Promise.resolve(processes.end()));
  rig = await SecretsRig.up(cleanup);
});

const postgres = { secrets: ['postgres'] };
const restarted = ({ secrets }: SyncResult) =>
  secrets.flatMap(({ consumers }) => consumers.filter((each) => each.restarted).map(({ name }) => name));
/** Those of the database first. */
const everyone = ['astronomy-db', 'accounting', 'collector', 'product-catalog'];

describe('sync', () => {
  it('brings all into step, restarts once what takes them, and no more when it is run again', async () => {
    const first = await rig.run<SyncResult>('secretSync');
    expect(first.secrets.map(({ key }) => key)).toEqual(['grafana', 'postgres']);
    const again = await rig.run<SyncResult>('secretSync');
    expect(again.secrets.map(({ refreshed }) => refreshed)).toEqual([false, false]);
    expect(again.secrets.at(-1)?.consumers.map(({ name }) => name)).toEqual(everyone);
    expect(restarted(again)).toEqual([]);
    await rig.postgres.know(user, await rig.delivered());
    await settled(rig);
  });

  it.each([
    ['as it should be', {}, true],
    ['slow', { slow: 3_000 }, true],
    // one that looks all the time may have brought it before it is told to
    ['flapping', { flapping: true }, expect.any(Boolean)],
  ])(
    'a changed secret is brought by an operator that is %s, and its consumers restarted',
    async (how, behaviour, refreshed) => {
      rig.operator.behave(behaviour);
      const version = await rig.put('postgres', { username: user, password: `canaryChanged${how.length}Bb0123456789` });
      const found = await rig.run<SyncResult>('secretSync', postgres);
      rig.operator.behave({});
      expect(found.secrets).toMatchObject([{ version, refreshed }]);
      expect(restarted(found)).toEqual(everyone);
      await vi.waitFor(() => settled(rig), { timeout: 15_000, interval: 200 });
    },
  );
});

describe('rotate', () => {
  it('makes another password, which all have in the end', async () => {
    const before = await settled(rig);
    const { secrets } = await rig.run<RotateResult>('rotate', postgres);
    expect(secrets).toMatchObject([
      { key: 'postgres', previous: before, provenAt: 'postgresql://astronomy-db:5432/astronomy_db' },
    ]);
    expect(await settled(rig)).toBe(secrets[0]?.version);
    expect((await rig.current()).marks.toSorted()).toEqual(['AWSCURRENT', 'AWSPREVIOUS']);
  });

  it('is done all the same where the worker is killed in its steps', async () => {
    const killed = new Set<string>();
    const drawn = drawSteps('rotation, worker killed', rotationSteps);
    const enough = isFull() ? 6 : drawn.names.length;
    // one may go by while the worker comes back: another rotation meets it. test/long/secrets-lost.test.ts leaves none out.
    for (let run = 0; run < 5 && killed.size < enough; run += 1) {
      const before = await settled(rig);
      const kill = async ({ step }: { step: string }): Promise<void> => {
        if (killed.has(step) || !drawn.has(step)) return;
        killed.add(step);
        await rig.life.killWorker();
      };
      const { secrets } = (await rig.life.watch('rotate', kill, `rotate-killed-${run}`, postgres)) as RotateResult;
      expect(secrets[0]?.previous).toBe(before);
      expect(await settled(rig)).toBe(secrets[0]?.version);
    }
    expect(killed.size).toBeGreaterThanOrEqual(enough);
  });

  it('is taken back where it is cancelled in any of its steps, and the worker is killed as well', async () => {
    let before = await settled(rig);
    const seen = new Set<string>();
    const drawn = drawSteps('rotation, cancelled', rotationSteps);
    const enough = isFull() ? 9 : drawn.names.length;
    // one may go by between two looks: until enough are met, and in full two rotations were done in which none was new
    for (let run = 0, unheeded = 0; run < 30 && ((isFull() && unheeded < 2) || seen.size < enough); run += 1) {
      let isNew = false;
      const id = `rotate-cancelled-${run}`;
      const cancel = async ({ step }: { step: string }): Promise<void> => {
        if (isNew || seen.has(step) || !drawn.has(step)) return;
        isNew = true;
        seen.add(step);
        await rig.client.workflow.getHandle(id).cancel();
        // in the middle of what it takes back
        if (seen.size % 3 === 0) await rig.life.killWorker();
      };
      const result = (await rig.life.watch('rotate', cancel, id, postgres).catch(() => undefined)) as
        RotateResult | undefined;
      const { status } = await rig.client.workflow.getHandle(id).describe();
      expect(status.name).toBe(result ? 'COMPLETED' : 'CANCELLED');
      // cancelled in its last moment, it is done as well
      if (result) unheeded += 1;
      const version = await settled(rig);
      expect(version).toBe(result?.secrets[0]?.version ?? before);
      before = version;
    }
    expect(seen.size).toBeGreaterThanOrEqual(enough);
  });
});

it('nobody has seen a password', async () => {
  const { lab } = rig.life;
  expect(rig.passwords.length).toBeGreaterThan(4);
  const { of, found } = await historiesWith(rig.passwords, rig.client);
  expect([of > 10, found]).toEqual([true, []]);
  expect(filesWith(rig.passwords, [lab.directory])).toEqual([]);
  expect(rig.passwords.some((password) => rig.postgres.log.includes(password))).toBe(false);
  expect([processes.count > 20, processes.with(rig.passwords)]).toEqual([true, 0]);
});
