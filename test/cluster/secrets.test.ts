import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { RotateResult, SyncResult } from '../../workflows/secrets-contract.ts';
import { filesWith, historiesWith, ProcessWatch } from '../support/canaries.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { SecretsRig, user } from './support/secrets-rig.ts';

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

/** All who have to do with it have the current version, and no other is left. Answers that version. */
async function settled(): Promise<string> {
  const { version, password, marks } = await rig.current();
  expect(marks).not.toContain('AWSPENDING');
  expect(await rig.delivered()).toBe(password);
  const others = rig.passwords.filter((each) => each !== password);
  expect([await rig.postgres.accepts(user, password), others.length > 0]).toEqual([true, true]);
  for (const other of others) expect(await rig.postgres.accepts(user, other)).toBe(false);
  const { known, pods } = await rig.times();
  expect(pods.length).toBeGreaterThan(3);
  expect(pods.filter((made) => made <= known)).toEqual([]);
  return version;
}

describe('sync', () => {
  it('brings all into step, restarts once what takes them, and no more when it is run again', async () => {
    const first = await rig.run<SyncResult>('secretSync');
    expect(first.secrets.map(({ key }) => key)).toEqual(['grafana', 'postgres']);
    const again = await rig.run<SyncResult>('secretSync');
    expect(again.secrets.map(({ refreshed }) => refreshed)).toEqual([false, false]);
    expect(again.secrets.at(-1)?.consumers.map(({ name }) => name)).toEqual(everyone);
    expect(restarted(again)).toEqual([]);
    await rig.postgres.know(user, await rig.delivered());
    await settled();
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
      await vi.waitFor(settled, { timeout: 15_000, interval: 200 });
    },
  );
});

describe('rotate', () => {
  it('makes another password, which all have in the end', async () => {
    const before = await settled();
    const { secrets } = await rig.run<RotateResult>('rotate', postgres);
    expect(secrets).toMatchObject([
      { key: 'postgres', previous: before, provenAt: 'postgresql://astronomy-db:5432/astronomy_db' },
    ]);
    expect(await settled()).toBe(secrets[0]?.version);
    expect((await rig.current()).marks.toSorted()).toEqual(['AWSCURRENT', 'AWSPREVIOUS']);
  });

  it('is done all the same where the worker is killed in its steps', async () => {
    const killed = new Set<string>();
    // one may go by while the worker comes back: another rotation meets it. test/long/secrets-lost.test.ts leaves none out.
    for (let run = 0; run < 5 && killed.size < 6; run += 1) {
      const before = await settled();
      const kill = async ({ step }: { step: string }): Promise<void> => {
        if (killed.has(step)) return;
        killed.add(step);
        await rig.life.killWorker();
      };
      const { secrets } = (await rig.life.watch('rotate', kill, `rotate-killed-${run}`, postgres)) as RotateResult;
      expect(secrets[0]?.previous).toBe(before);
      expect(await settled()).toBe(secrets[0]?.version);
    }
    expect(killed.size).toBeGreaterThan(5);
  });

  it('is taken back where it is cancelled in any of its steps, and the worker is killed as well', async () => {
    let before = await settled();
    const seen = new Set<string>();
    // one may go by between two looks: until enough are met, and two rotations were done in which none was new
    for (let run = 0, unheeded = 0; run < 30 && (unheeded < 2 || seen.size < 9); run += 1) {
      let isNew = false;
      const id = `rotate-cancelled-${run}`;
      const cancel = async ({ step }: { step: string }): Promise<void> => {
        if (isNew || seen.has(step)) return;
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
      const version = await settled();
      expect(version).toBe(result?.secrets[0]?.version ?? before);
      before = version;
    }
    expect(seen.size).toBeGreaterThan(8);
  });

  it('is taken back where a consumer does not get ready', async () => {
    const before = await settled();
    const nowhere = { spec: { template: { spec: { nodeSelector: { zone: 'nowhere' } } } } };
    // holds the rotation where the new password is the current one, and nobody is restarted yet
    rig.operator.behave({ slow: 10_000 });
    const handle = await rig.start('rotate', postgres);
    await vi.waitFor(async () => expect((await rig.current()).version).not.toBe(before), {
      timeout: 60_000,
      interval: 50,
    });
    await rig.kubectl('patch', 'deployment', 'accounting', '-p', JSON.stringify(nowhere));
    rig.operator.behave({});
    const message = expect.stringMatching(/all is as it was.*accounting was not ready/) as string;
    await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'rotation-failed', message } });
    await rig.kubectl(
      'patch',
      'deployment',
      'accounting',
      '--type=json',
      '-p',
      '[{"op":"remove","path":"/spec/template/spec/nodeSelector"}]',
    );
    await rig.kubectl('rollout', 'status', 'deployment', 'accounting');
    expect(await settled()).toBe(before);
  });
});

describe('an operator that does not do its work', () => {
  it.each([
    ['fails', { failing: 'AccessDeniedException: not authorized' }, 'secret-not-synced', 'AccessDenied'],
    ['is dead', { dead: true }, 'operator-missing', 'External Secrets Operator'],
  ])('is told of where it %s', async (_how, behaviour, type, said) => {
    rig.operator.behave(behaviour);
    await rig.put('grafana', { 'admin-user': 'admin', 'admin-password': `canaryGrafana${said.length}Cc0123456789` });
    const message = expect.stringContaining(said) as string;
    const syncing = rig.run('secretSync', { secrets: ['grafana'] });
    await expect(syncing).rejects.toMatchObject({ cause: { type, message } });
    rig.operator.behave({});
    expect((await rig.run<SyncResult>('secretSync')).secrets).toHaveLength(2);
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
