import type { CoreV1Event, V1Pod } from '@kubernetes/client-node';
import { expect, it } from 'vitest';
import { reasonOf } from '../../../../activities/kubernetes/look/reason.ts';

const pod = (status: V1Pod['status']): V1Pod => ({ metadata: { uid: 'pod' }, status: { phase: 'Pending', ...status } });
const container = { name: 'shop', image: 'shop', imageID: '', ready: false, restartCount: 7 };

const event = (message: string, second: number): CoreV1Event => ({
  metadata: {},
  involvedObject: { uid: 'pod' },
  reason: 'Scheduling',
  message,
  lastTimestamp: new Date(second * 1_000),
});

it('tells an image that cannot be pulled', () => {
  const state = { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "shop"' } };
  const found = reasonOf([pod({ containerStatuses: [{ ...container, state }] })], undefined, []);
  expect(found).toBe('image pull: shop, Back-off pulling image "shop"');
});

it('tells a crash loop, of an init container too', () => {
  const lastState = { terminated: { exitCode: 137 } };
  const state = { waiting: { reason: 'CrashLoopBackOff' } };
  const found = reasonOf([pod({ initContainerStatuses: [{ ...container, state, lastState }] })], undefined, []);
  expect(found).toBe('crash loop: shop restarted 7 times, last with exit code 137');
});

it('tells a pod that finds no node, with the newest event', () => {
  const conditions = [{ type: 'PodScheduled', status: 'False', message: 'no node fits' }];
  const found = reasonOf([pod({ conditions })], undefined, [event('newer', 2), event('older', 1)]);
  expect(found).toBe('pending: no node fits; Scheduling: newer');
});

it('tells a container that runs and is not ready', () => {
  expect(reasonOf([pod({ phase: 'Running', containerStatuses: [container] })], undefined, [])).toBe(
    'running, not ready: shop',
  );
});

it('tells nothing where there is nothing', () => {
  expect(reasonOf([], undefined, [])).toBeNull();
});
