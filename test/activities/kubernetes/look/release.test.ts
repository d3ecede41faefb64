import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { readRevision } from '../../../../activities/kubernetes/look/release.ts';

const base64 = (data: string | Buffer): string => Buffer.from(data).toString('base64');

it("reads helm's record", () => {
  const record = {
    name: 'otel-demo',
    namespace: 'shop',
    version: 3,
    info: { status: 'pending-upgrade' },
    chart: { metadata: { name: 'opentelemetry-demo', version: '0.41.0', appVersion: '3.0.0' } },
  };
  const metadata = { name: 'sh.helm.release.v1.otel-demo.v3', resourceVersion: '7', labels: { version: '3' } };
  const revision = readRevision({ metadata, data: { release: base64(base64(gzipSync(JSON.stringify(record)))) } });
  expect(revision.secret).toEqual({ name: 'sh.helm.release.v1.otel-demo.v3', resourceVersion: '7' });
  expect(revision.release).toEqual({
    name: 'otel-demo',
    namespace: 'shop',
    status: 'pending-upgrade',
    revision: 3,
    chart: 'opentelemetry-demo',
    chartVersion: '0.41.0',
    appVersion: '3.0.0',
  });
});

it('says so where it cannot', () => {
  expect(() => readRevision({ data: { release: base64('no record') } })).toThrow("helm's record cannot be read");
});
