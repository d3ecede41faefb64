import { expect, it, onTestFinished } from 'vitest';
import { start } from '../../../activities/command.ts';
import { helmLabels, helmOf, isOurs } from '../../../activities/kubernetes/helm-owner.ts';
import type { Revision } from '../../../activities/kubernetes/look/release.ts';

function pending(labels: Record<string, string>, begun = Date.now()): Revision {
  const release = {
    name: 'otel-demo',
    namespace: 'otel-demo',
    status: 'pending-install',
    revision: 1,
    chart: 'opentelemetry-demo',
    chartVersion: '0.41.0',
    appVersion: '3.0.0',
  };
  return { release, labels, begun, manifest: '', secret: { name: 'secret', resourceVersion: '1' } };
}

it('knows a helm of this machine that lives, and one that does not', async () => {
  const labels = helmLabels('kubernetes', `test-${process.pid}`);
  const mark = `incidentfox.run=${labels['incidentfox.run']}`;
  const child = start(process.execPath, ['-e', 'process.stdin.resume(); setInterval(() => 0, 1000)', '--', mark]);
  onTestFinished(async () => void (child.kill('SIGKILL'), await child));
  expect(await helmOf(pending(labels))).toBe('living');
  child.kill('SIGKILL');
  await child;
  expect(await helmOf(pending(labels))).toBe('gone');
});

it('gives a helm elsewhere the five minutes that helm gives itself', async () => {
  const labels = { ...helmLabels('kubernetes', 'run'), 'incidentfox.host': 'another' };
  const begun = Date.now() - 60_000;
  expect(await helmOf(pending(labels, begun))).toEqual({ until: begun + 300_000 });
  expect(await helmOf(pending(labels, Date.now() - 301_000))).toBe('gone');
});

it('knows whose release it is by the label', () => {
  expect(isOurs(pending(helmLabels('kubernetes', 'run')))).toBe(true);
  expect(isOurs(pending({ name: 'otel-demo', owner: 'helm' }))).toBe(false);
});
