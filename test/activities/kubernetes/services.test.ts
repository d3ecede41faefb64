import { expect, it } from 'vitest';
import type { Cluster } from '../../../activities/kubernetes/cluster.ts';
import { ClusterServices } from '../../../activities/kubernetes/services.ts';

const inside = { isInside: true, namespace: 'otel-demo' } as Cluster;

it('reaches a service by its name from within the cluster', async () => {
  const services = new ClusterServices(inside);
  expect(await services.reach('http://flagd:8016')).toBe('http://flagd.otel-demo:8016/');
  expect(await services.reach('http://prometheus:9090/prefix/')).toBe('http://prometheus.otel-demo:9090/prefix/');
});

it('leaves an address as it is that is no service of the namespace', async () => {
  const services = new ClusterServices({ isInside: false, namespace: 'otel-demo' } as Cluster);
  expect(await services.reach('http://127.0.0.1:8016')).toBe('http://127.0.0.1:8016');
  expect(await services.reach('https://prometheus.example.org/')).toBe('https://prometheus.example.org/');
});
