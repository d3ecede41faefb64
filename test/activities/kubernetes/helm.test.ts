import { expect, it } from 'vitest';
import { objectsIn } from '../../../activities/kubernetes/helm.ts';

it('reads a manifest as Kubernetes does', () => {
  const manifest = `
# Source: chart/templates/a.yaml
apiVersion: v1
kind: ConfigMap
metadata: { name: a }
data: { a: 'yes' }
immutable: yes
ports: [22:22, 2026-11-25, 0x1F]
---
# nothing but a comment
---
apiVersion: v1
kind: List
items:
  - { apiVersion: v1, kind: Secret, metadata: { name: b } }
`;
  expect(objectsIn(manifest)).toEqual([
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a' },
      data: { a: 'yes' },
      immutable: true,
      ports: ['22:22', '2026-11-25', 31],
    },
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'b' } },
  ]);
});
