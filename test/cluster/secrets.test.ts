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
    ['as it should be', {}],
    ['slow', { slow: 3_000 }],
    ['flapping', { flapping: true }],
  ])('a changed secret is brought by an operator that is %s, and its consumers restarted', async (how, behaviour) => {
    rig.operator.behave(behaviour);
    const version = await rig.put('postgres', { username: user, password: `canaryChanged${how.length}Bb0123456789` });
    const found = await rig.run<SyncResult>('secretSync', postgres);
    rig.operator.behave({});
    expect(found.secrets).toMatchObject([{ version, refreshed: true }]);
    expect(restarted(found)).toEqual(everyone);
    await vi.waitFor(settled, { timeout: 15_000, interval: 200 });
  });
});

/** After each kill a step is given up only when it has not been heard of for five seconds. */
const patiently = { timeout: 600_000 };

describe('rotate', () => {
  it('makes another password, which all have in the end', patiently, async () => {
    const before = await settled();
    const { secrets } = await rig.run<RotateResult>('rotate', postgres);
    expect(secrets).toMatchObject([
      { key: 'postgres', previous: before, provenAt: 'postgresql://astronomy-db:5432/astronomy_db' },
    ]);
    expect(await settled()).toBe(secrets[0]?.version);
    expect((await rig.current()).marks.toSorted()).toEqual(['AWSCURRENT', 'AWSPREVIOUS']);
  });

  it('is done all the same where the worker is killed in each of its steps', patiently, async () => {
    const before = await settled();
    const steps: string[] = [];
    const kill = async ({ step }: { step: string }): Promise<void> => {
      steps.push(step);
      await rig.life.killWorker();
    };
    const { secrets } = (await rig.life.watch('rotate', kill, 'rotate-killed', postgres)) as RotateResult;
    expect(secrets[0]?.previous).toBe(before);
    expect(await settled()).toBe(secrets[0]?.version);
    // one may go by while the worker comes back; test/aws/secrets-lost.test.ts leaves none out
    expect(new Set(steps).size).toBeGreaterThan(5);
  });

  it(
    'is taken back where it is cancelled in any of its steps, and the worker is killed as well',
    patiently,
    async () => {
      const before = await settled();
      const seen = new Set<string>();
      for (let isNew = true; isNew;) {
        isNew = false;
        const id = `rotate-cancelled-${seen.size}`;
        const cancel = async ({ step }: { step: string }): Promise<void> => {
          if (isNew || seen.has(step)) return;
          isNew = true;
          seen.add(step);
          await rig.client.workflow.getHandle(id).cancel();
          // in the middle of what it takes back
          if (seen.size % 3 === 0) await rig.life.killWorker();
        };
        const result = await rig.life.watch('rotate', cancel, id, postgres).catch(() => undefined);
        if (!isNew || result !== undefined) break;
        expect((await rig.client.workflow.getHandle(id).describe()).status.name).toBe('CANCELLED');
        expect(await settled()).toBe(before);
      }
      expect(seen.size).toBeGreaterThan(8);
    },
  );

  it('is taken back where a consumer does not get ready', patiently, async () => {
    const before = await settled();
    const nowhere = { spec: { template: { spec: { nodeSelector: { zone: 'nowhere' } } } } };
    const handle = await rig.start('rotate', postgres);
    await vi.waitFor(async () => expect((await rig.shown(handle)).step).toContain('restarting astronomy-db'), {
      timeout: 60_000,
      interval: 20,
    });
    await rig.kubectl('patch', 'deployment', 'accounting', '-p', JSON.stringify(nowhere));
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
  ])('is told of where it %s', patiently, async (_how, behaviour, type, said) => {
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
