import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { SyncResult } from '../../workflows/secrets-contract.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { SecretsRig, settled } from './support/secrets-rig.ts';

// Each waits as long as the product does before it gives up: two minutes.
const cleanup = fileCleanup();
let rig: SecretsRig;

beforeAll(async () => {
  rig = await SecretsRig.up(cleanup);
  await rig.run<SyncResult>('secretSync');
});

const postgres = { secrets: ['postgres'] };

describe('rotate', () => {
  it('is taken back where a consumer does not get ready', async () => {
    const before = await settled(rig);
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
    expect(await settled(rig)).toBe(before);
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
