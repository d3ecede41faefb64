import path from 'node:path';
import { run } from '../../../activities/command.ts';
import { projectRoot } from '../../../environments/root.ts';
import type { ControlPlane } from './control-plane.ts';

/** Files of External Secrets' own kinds, as its module has them: those of a namespace that this project uses. */
export async function externalSecretsFiles(): Promise<string[]> {
  const cwd = path.join(projectRoot, 'tools/external-secrets');
  const module = 'github.com/external-secrets/external-secrets';
  const { stdout } = await run('go', ['mod', 'download', '-json', module], { cwd });
  const { Dir: directory } = JSON.parse(stdout) as { Dir: string };
  return ['externalsecrets', 'secretstores'].map((name) =>
    path.join(directory, 'config/crds/bases', `external-secrets.io_${name}.yaml`),
  );
}

/** Has the API server serve them, as an operator that somebody else has installed. */
export async function installExternalSecretsKinds(plane: ControlPlane): Promise<void> {
  const files = (await externalSecretsFiles()).flatMap((file) => ['-f', file]);
  // they are larger than the annotation that a client-side apply writes may be
  await plane.kubectl(['apply', '--server-side', ...files]);
  await plane.kubectl(['wait', '--for=condition=Established', ...files]);
}
