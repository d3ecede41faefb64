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
  const labels = helmLabels('kubernetes', 1);
  const mark = `incidentfox.run=${labels['incidentfox.run']}`;
  const child = start(process.execPath, ['-e', 'process.stdin.resume(); setInterval(() => 0, 1000)', '--', mark]);
  onTestFinished(async () => void (child.kill('SIGKILL'), await child));
  expect(await helmOf(pending(labels))).toBe('living');
  child.kill('SIGKILL');
  await child;
  expect(await helmOf(pending(labels))).toBe('gone');
});

it('gives our helm on another machine the time that it may take at most', async () => {
  const labels = { ...helmLabels('kubernetes', 1), 'incidentfox.host': 'another' };
  const begun = Date.now() - 60_000;
  expect(await helmOf(pending(labels, begun))).toEqual({ until: begun + 600_000 });
  expect(await helmOf(pending(labels, Date.now() - 601_000))).toBe('gone');
});

it("does not take somebody else's helm for ours, though their upgrade keeps our labels", async () => {
  const theirs = pending(helmLabels('kubernetes', 1));
  expect(await helmOf({ ...theirs, release: { ...theirs.release, revision: 2 } })).toBe('unknown');
  expect(await helmOf({ ...theirs, release: { ...theirs.release, status: 'uninstalling' } })).toBe('unknown');
});

it('knows whose release it is by the label', () => {
  expect(isOurs(pending(helmLabels('kubernetes', 1)))).toBe(true);
  expect(isOurs(pending({ name: 'otel-demo', owner: 'helm' }))).toBe(false);
});
