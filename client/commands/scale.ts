import { Cluster } from '../../activities/kubernetes/cluster.ts';
import { scalable, scale } from '../../activities/kubernetes/scale.ts';
import { currentEnvironment } from '../../environments/current.ts';
import { isCluster, loadEnvironment } from '../../environments/load.ts';
import { Problem, shown } from '../../workflows/problem.ts';
import { printJson, printLine } from '../output.ts';

/** A slip of the keyboard shall not order a thousand pods. */
const mostReplicas = 100;

const example = 'Like this: npm run scale -- deployment frontend --replicas 3 --environment kubernetes';

interface Options {
  replicas?: string;
  desired?: string;
  json?: boolean;
}

/** `scale <kind> <name> --replicas <n>`: prints what it was and what undoes it. Throws Problems `bad-usage`, `bad-input`. */
export async function scaleCommand(kind: string, name: string, { json = false, ...given }: Options): Promise<void> {
  const environment = loadEnvironment(currentEnvironment());
  if (!isCluster(environment)) {
    throw new Problem('bad-usage', `The ${environment.name} lab has no replicas to scale: it runs no cluster`, example);
  }
  const known = scalable.find((each) => each === kind.toLowerCase());
  if (!known)
    throw new Problem('bad-usage', `"${shown(kind)}" is neither ${[...scalable, 'nodegroup'].join(' nor ')}`, example);
  const wanted = replicasIn(given);
  const scaled = await scale(new Cluster(environment.cluster), known, name, wanted);
  const undo = `npm run scale -- ${known} ${name} --replicas ${scaled.before} --environment ${currentEnvironment()}`;
  if (json) return printJson({ ...scaled, undo });
  const what = `${known} ${name} in ${scaled.namespace}`;
  if (scaled.before === wanted) return printLine(`${what} has ${wanted} replicas already; nothing was changed.`);
  printLine(`${what}: ${wanted} replicas, it was ${scaled.before}. Undo it with:\n  ${undo}`);
}

/** Throws Problems `bad-usage` and `bad-input`. */
function replicasIn({ replicas: text, desired }: Options): number {
  if (desired !== undefined)
    throw new Problem('bad-usage', '--desired is for a node group; here it is --replicas', example);
  if (text === undefined) throw new Problem('bad-usage', '--replicas is missing: how many it is to have', example);
  const count = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
  if (count <= mostReplicas) return count;
  const found = `--replicas is "${shown(text)}"`;
  throw new Problem('bad-input', found, `Give a whole number from 0 to ${mostReplicas}.`);
}
