import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { run } from '../../activities/command.ts';
import { projectRoot } from '../../environments/root.ts';
import { dockerfile } from '../support/dockerfile.ts';
import { kubernetesClients } from '../support/kubernetes-clients.ts';

it('the Dockerfile has the very kubectl that the tests use, and the same helm and OpenTofu by version', async () => {
  const text = await readFile(dockerfile, 'utf8');
  const { helm, kubectl } = await kubernetesClients();
  const { stdout: sum } = await run('sha256sum', [kubectl]);
  expect(text).toContain(`${sum.split(' ')[0]} \\\n  https://dl.k8s.io/release/v1.35.2/bin/linux/amd64/kubectl`);
  const { stdout: version } = await run(helm, ['version', '--template', '{{.Version}}']);
  expect(text).toContain(`helm-${version}-linux-amd64.tar.gz`);
  const tofu = await readFile(path.join(projectRoot, 'tools/tofu/go.mod'), 'utf8');
  const [, tofuVersion] = /github.com\/opentofu\/opentofu v(\S+)/.exec(tofu) ?? [];
  expect(text).toContain(`tofu_${tofuVersion}_linux_amd64.zip`);
});
