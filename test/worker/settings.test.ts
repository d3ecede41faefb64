import { describe, expect, it } from 'vitest';
import { workerSettings } from '../../worker/settings.ts';

const settings = (env: NodeJS.ProcessEnv) => workerSettings('incidentfox-test', env);

it('a worker that is told nothing does all of the work, is unversioned and ends soon', () => {
  const plain = { roles: ['lifecycle', 'rollback'], version: null, shutdownGrace: null };
  expect(settings({})).toEqual(plain);
  // as Compose passes on what nobody has set
  const empty = { INCIDENTFOX_QUEUES: '', INCIDENTFOX_SHUTDOWN_GRACE: '', TEMPORAL_WORKER_BUILD_ID: '' };
  expect(settings({ ...empty, TEMPORAL_DEPLOYMENT_NAME: '' })).toEqual(plain);
});

it.each(['lifecycle', 'rollback'])('one of %s alone', (role) => {
  expect(settings({ INCIDENTFOX_QUEUES: role }).roles).toEqual([role]);
});

it.each(['Lifecycle', 'lifecycle,rollback', ' ', 'röllback', '🦊'.repeat(1_000)])('no such queues: %j', (text) => {
  expect(() => settings({ INCIDENTFOX_QUEUES: text })).toThrow(/^INCIDENTFOX_QUEUES is ".{1,100}"$/);
});

it('a time to end in is a duration', () => {
  expect(settings({ INCIDENTFOX_SHUTDOWN_GRACE: '25m' }).shutdownGrace).toBe(25 * 60_000);
  for (const text of ['25', '-1s', '25 parsecs', '1000h'])
    expect(() => settings({ INCIDENTFOX_SHUTDOWN_GRACE: text })).toThrow(`INCIDENTFOX_SHUTDOWN_GRACE is "${text}"`);
});

describe('a version', () => {
  it('is a build id, of the deployment that is named, else that of the task queue', () => {
    expect(settings({ TEMPORAL_WORKER_BUILD_ID: '0.2.0' }).version).toEqual({
      buildId: '0.2.0',
      deploymentName: 'incidentfox-test',
    });
    const named = { TEMPORAL_WORKER_BUILD_ID: '0.2.0', TEMPORAL_DEPLOYMENT_NAME: 'labs/incidentfox' };
    expect(settings(named).version).toEqual({ buildId: '0.2.0', deploymentName: 'labs/incidentfox' });
  });

  it('is not a deployment alone', () => {
    expect(() => settings({ TEMPORAL_DEPLOYMENT_NAME: 'incidentfox' })).toThrow('TEMPORAL_WORKER_BUILD_ID is not');
  });
});
