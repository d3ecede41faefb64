import { chmodSync, cpSync, mkdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { run } from '../../../activities/command.ts';
import { projectRoot } from '../../../environments/root.ts';
import { type Cleanup, temporaryDirectory } from '../../support/flags.ts';
import { copiesOf, type Stage, stageNamed } from '../../support/dockerfile.ts';

/**
 * What the image has in /app, without a container: the Dockerfile's copies and the commands of its stage `build`, in directories
 * of this machine, on this machine's Node. Answers where; nobody but root may write there.
 */
export async function imageContents(cleanup: Cleanup): Promise<string> {
  const root = await temporaryDirectory(cleanup);
  chmodSync(root, 0o755);
  const [build, app] = [path.join(root, 'build'), path.join(root, 'app')];
  for (const directory of [build, app]) mkdirSync(directory);
  const stage = stageNamed('build');
  await copy(projectRoot, build, copiesOf(stage));
  const env = { CI: 'true', NODE_ENV: undefined };
  for (const { verb, text } of stage.instructions)
    if (verb === 'RUN') await run('sh', ['-ec', text], { cwd: build, env });
  const image = lastStage();
  const built = copiesOf(image, 'build').map(({ sources, to }) => ({
    sources: sources.map((source) => path.relative('/app', source)),
    to,
  }));
  await copy(build, app, built);
  await copy(projectRoot, app, copiesOf(image));
  await run('chmod', ['-R', 'a-w,a+rX', app]);
  cleanup(async () => void (await run('chmod', ['-R', 'u+w', app])));
  return app;
}

function lastStage(): Stage {
  // it has no name, and is called by its number
  return stageNamed('5');
}

async function copy(from: string, into: string, copies: ReturnType<typeof copiesOf>): Promise<void> {
  for (const { sources, to } of copies) {
    for (const source of (await Promise.all(sources.map((each) => matching(from, each)))).flat()) {
      const target = to.endsWith('/') ? path.join(to, path.basename(source)) : to;
      cpSync(path.join(from, source), path.join(into, target), { recursive: true, verbatimSymlinks: true });
    }
  }
}

/** The files that a source names: itself, or those like `environments/*.yaml`. */
async function matching(root: string, source: string): Promise<string[]> {
  const [before = '', after] = source.split('*');
  if (after === undefined) return [source];
  return (await readdir(path.join(root, before))).filter((name) => name.endsWith(after)).map((name) => before + name);
}
