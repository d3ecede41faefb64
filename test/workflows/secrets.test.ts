import { once } from 'node:events';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { lifecycleMessages, type Progress } from '../../workflows/lifecycle-contract.ts';
import type { RotateResult, SyncResult } from '../../workflows/secrets-contract.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { testLab, timeSkippingServer } from '../support/incidents.ts';
import { patience } from '../support/patience.ts';
import { SecretsLab } from './support/secrets-lab.ts';
import type { SecretStep, SecretsWorld } from './support/secrets-world.ts';

const cleanup = fileCleanup();
let env: TestWorkflowEnvironment;
let server: SecretsLab;
let lab: SecretsLab;
let world: SecretsWorld;
let count = 0;

beforeAll(async () => {
  env = await timeSkippingServer();
  cleanup(() => env.teardown());
  // one worker for all, an environment for each
  server = await SecretsLab.on(env, 'secrets', cleanup);
});

beforeEach(() => {
  count += 1;
  lab = server.another(`secrets-${count}`);
  ({ world } = lab);
});

const postgres = { secrets: ['postgres'] };
const oneRotation = [
  'nameSecretLab ',
  'chooseSecrets ',
  'bringIntoStep postgres',
  'proveLogin postgres',
  'proposeVersion postgres',
  'changeLogin postgres',
  'proveLogin postgres',
  'promoteVersion postgres',
  'bringIntoStep postgres',
  'restartConsumer database',
  'restartConsumer accounting',
  'restartConsumer grafana-0',
  'proveLogin postgres',
];
/** Where the first call is that a rotation has to take back. */
const first = oneRotation.indexOf('proposeVersion postgres');

describe('secretSync', () => {
  it('brings all into step, and restarts what holds something older, each once', async () => {
    Object.assign(world.current, { grafana: 'g1', postgres: 'p1' });
    const { environment, secrets } = await lab.run<SyncResult>('secretSync');
    expect(environment).toBe(lab.environment);
    expect(secrets.map(({ key, version, refreshed }) => [key, version, refreshed])).toEqual([
      ['grafana', 'g1', true],
      ['postgres', 'p1', true],
    ]);
    expect(world.since(4).toSorted()).toEqual(
      ['accounting', 'database', 'grafana-0'].map((name) => `restartConsumer ${name}`),
    );
    expect(secrets[0]?.consumers).toEqual([{ kind: 'Deployment', name: 'grafana-0', restarted: true }]);
    expect(world.outOfStep).toEqual([]);
  });

  it.each([[], [{}], [null], [postgres]])('takes %j', async (...input: unknown[]) => {
    const { secrets } = await lab.run<SyncResult>('secretSync', ...input.filter((each) => each !== undefined));
    expect(secrets.at(-1)).toMatchObject({ key: 'postgres', version: 'p0', refreshed: false });
    expect(world.calls.map(({ step }) => step)).not.toContain('restartConsumer');
  });

  it.each([{ secrets: 'postgres' }, { secrets: [] }, { secrets: [1] }, { secrets: [''] }, { secrets: null }])(
    'refuses %j, and says what it takes',
    async (input) => {
      const message = expect.stringContaining('{"secrets": ["postgres"]}') as string;
      const cause = { type: 'bad-input', nonRetryable: true, message };
      await expect(lab.run('secretSync', input)).rejects.toMatchObject({ cause });
      await expect(lab.run('rotate', input)).rejects.toMatchObject({ cause });
      expect(world.calls).toEqual([]);
    },
  );

  it('ends with what a step says', async () => {
    world.failures.set('bringIntoStep', ['secret-not-synced']);
    await expect(lab.run('secretSync', postgres)).rejects.toMatchObject({ cause: { type: 'secret-not-synced' } });
  });
});

describe('rotate', () => {
  it('tells the database first, restarts it before its clients, and proves it before and after', async () => {
    const { secrets } = await lab.run<RotateResult>('rotate', postgres);
    expect(world.since(0)).toEqual(oneRotation);
    expect(secrets).toMatchObject([{ key: 'postgres', previous: 'p0', provenAt: 'the place of postgres' }]);
    expect(secrets[0]?.version).toBe(world.current['postgres']);
    expect([world.database, world.outOfStep]).toEqual([secrets[0]?.version, []]);
  });

  it('rotates all, one after the other, and proves after its restart what learns its password there', async () => {
    const { secrets } = await lab.run<RotateResult>('rotate');
    expect(secrets.map(({ key }) => key)).toEqual(['grafana', 'postgres']);
    expect(world.outOfStep).toEqual([]);
    const ofGrafana = world.since(2).slice(0, world.since(2).indexOf('bringIntoStep postgres'));
    expect(ofGrafana.slice(-3)).toEqual(['bringIntoStep grafana', 'restartConsumer grafana-0', 'proveLogin grafana']);
  });

  it('touches nothing where the old password is refused already', async () => {
    world.database = 'somebody else’s';
    await expect(lab.run('rotate', postgres)).rejects.toMatchObject({ cause: { type: 'login-failed' } });
    expect(world.since(0)).toEqual(oneRotation.slice(0, first));
  });

  it.each(Array.from({ length: oneRotation.length - first }, (_, index) => index + first))(
    'is taken back where call %i fails, the database first',
    async (failing) => {
      const step = (oneRotation[failing] ?? '').split(' ')[0] as SecretStep;
      world.around = (when, call) => {
        if (when === 'before' && call === failing) world.failures.set(step, ['not-ready']);
        return Promise.resolve();
      };
      await expect(lab.run('rotate', postgres)).rejects.toMatchObject({
        cause: { type: 'rotation-failed', message: expect.stringMatching(/all is as it was: It is so/) as string },
      });
      expect([world.current['postgres'], world.database, world.outOfStep]).toEqual(['p0', 'p0', []]);
      const back = world.since(failing + 1);
      expect(back.at(-1)).toBe('dropVersion postgres');
      const isProposed = failing > first;
      expect(back.slice(0, -1).filter((call) => !call.startsWith('restartConsumer'))).toEqual(
        isProposed
          ? ['changeLogin', 'promoteVersion', 'bringIntoStep', 'changeLogin', 'proveLogin'].map(
              (of) => `${of} postgres`,
            )
          : [],
      );
    },
  );

  it('restarts at a rollback what has the new one, also where it does not get ready', async () => {
    let isBroken = false;
    world.around = (when, call) => {
      const { step, of } = world.calls[call] ?? {};
      if (when === 'before' && step === 'restartConsumer' && of === 'accounting' && !isBroken) {
        isBroken = true;
        world.failures.set('restartConsumer', ['not-ready']);
      }
      return Promise.resolve();
    };
    await expect(lab.run('rotate', postgres)).rejects.toMatchObject({ cause: { type: 'rotation-failed' } });
    expect(world.since(oneRotation.length - 2).filter((call) => call.startsWith('restart'))).toEqual([
      'restartConsumer database',
    ]);
    expect(world.outOfStep).toEqual([]);
  });

  it('insists on taking it back while AWS and the database are away', async () => {
    world.failures.set('promoteVersion', ['aws-denied', 'aws-denied', 'aws-denied']);
    world.failures.set('dropVersion', ['aws-denied']);
    const { workflowId } = await lab.start('rotate', postgres);
    // the server’s clock jumps over the pauses
    const jumping = env.client.workflow.getHandle(workflowId).result();
    await expect(jumping).rejects.toMatchObject({ cause: { type: 'rotation-failed' } });
    expect(world.outOfStep).toEqual([]);
    expect(world.since(0).filter((call) => call.startsWith('promote'))).toHaveLength(4);
  });

  it('says so where it cannot be taken back in a day', async () => {
    lab = await SecretsLab.on(env, `secrets-${count}-patient`, onTestFinished, { remembers: true });
    ({ world } = lab);
    world.around = (when, call) => {
      const { step } = world.calls[call] ?? {};
      const isBack = world.calls.slice(0, call).some((each) => each.step === 'promoteVersion');
      if (when === 'before' && step === 'promoteVersion') world.failures.set('promoteVersion', ['aws-denied']);
      if (when === 'before' && step === 'changeLogin' && isBack) world.failures.set('changeLogin', ['login-failed']);
      return Promise.resolve();
    };
    const { workflowId } = await lab.start('rotate', postgres);
    const jumping = env.client.workflow.getHandle(workflowId).result();
    const message = expect.stringContaining('could not be put back to what it was (It is so') as string;
    await expect(jumping).rejects.toMatchObject({ cause: { type: 'rotation-failed', message } });
  });

  it.each(['proposeVersion', 'promoteVersion'])('never undoes what somebody else does before %s', async (step) => {
    world.around = (when, call) => {
      if (when === 'before' && world.calls[call]?.step === step) world.current['postgres'] = 'theirs';
      return Promise.resolve();
    };
    await expect(lab.run('rotate', postgres)).rejects.toMatchObject({
      cause: { type: 'rotation-failed', message: expect.stringMatching(/Somebody else|It is so/) as string },
    });
    expect(world.current['postgres']).toBe('theirs');
  });
});

describe('one at a time', () => {
  it.each(['secretSync', 'rotate'] as const)(
    '%s is refused while another is under way, which goes on',
    async (work) => {
      const held = new AbortController();
      const silence = once(held.signal, 'abort').then(() => undefined);
      onTestFinished(() => held.abort());
      world.around = (_when, call) => (world.calls[call]?.step === 'chooseSecrets' ? silence : Promise.resolve());
      const begun = await lab.start('rotate', postgres);
      await vi.waitFor(
        () => expect(world.since(0).filter((call) => call === 'chooseSecrets ')).toHaveLength(1),
        patience,
      );
      await expect(lab.run(work)).rejects.toMatchObject({ cause: { type: 'secrets-busy', nonRetryable: true } });
      held.abort();
      await begun.result();
      expect(world.outOfStep).toEqual([]);
    },
  );
});

it('shows how far it is', async () => {
  const handle = await lab.start('rotate', postgres);
  await handle.result();
  const shown = await handle.query<Progress>(lifecycleMessages.progress);
  expect(shown).toMatchObject({ work: 'rotate', environment: lab.environment, phase: 'done' });
});

describe('a lab without secrets', () => {
  let own: TestWorkflowEnvironment;
  beforeAll(async () => {
    ({ env: own } = await testLab({ cleanup }));
  });

  it.each(['secretSync', 'rotate'])('refuses %s, whoever starts it', async (work) => {
    const taskQueue = 'incidentfox-embedded';
    const refused = own.client.workflow.execute(work, { taskQueue, workflowId: `${work}-embedded` });
    await expect(refused).rejects.toMatchObject({
      cause: { type: 'no-secrets', message: expect.stringContaining('AWS_ENDPOINT_URL_SECRETS_MANAGER') as string },
    });
  });
});
