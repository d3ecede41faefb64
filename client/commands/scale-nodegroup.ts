import { awsClients } from '../../activities/aws/clients.ts';
import { type ScaledNodegroup, scaleNodegroup } from '../../activities/aws/scale-nodegroup.ts';
import { currentEnvironment } from '../../environments/current.ts';
import { type AwsEnvironment, isAws, loadEnvironment } from '../../environments/load.ts';
import { Problem, shown } from '../../workflows/problem.ts';
import { note, printJson, printLine } from '../output.ts';
import { startSpinner } from '../spinner.ts';

const example = 'Like this: npm run scale -- nodegroup app --desired 3 --environment aws';

interface Options {
  desired?: string;
  replicas?: string;
  json?: boolean;
}

/**
 * `scale nodegroup <name> --desired <n>`: waits until the nodes run, then prints how many there were and what undoes it. Leaving
 * (Ctrl-C) does not take it back. Throws Problems `bad-usage`, `bad-input`, and those of scaleNodegroup.
 */
export async function scaleNodegroupCommand(name: string, { json = false, ...given }: Options): Promise<void> {
  const environment = loadEnvironment(currentEnvironment());
  if (!isAws(environment)) {
    const message = `The ${environment.name} lab has no node groups to scale: Terraform did not make it`;
    throw new Problem('bad-usage', message, example);
  }
  const desired = desiredIn(given);
  const scaled = await untilItHas(environment, name, desired);
  if (!scaled) return;
  const { cluster, before } = scaled;
  const undo = `npm run scale -- nodegroup ${name} --desired ${before} --environment ${currentEnvironment()}`;
  if (json) return printJson({ ...scaled, undo });
  const what = `Node group ${name} of ${cluster}`;
  if (before === desired) return printLine(`${what} has ${desired} nodes already; nothing was changed.`);
  printLine(`${what}: ${desired} nodes, it was ${before}. Undo it with:\n  ${undo}`);
}

/** Undefined where whoever started it has left. */
async function untilItHas(
  { aws }: AwsEnvironment,
  name: string,
  desired: number,
): Promise<ScaledNodegroup | undefined> {
  const clients = awsClients(aws);
  const leaving = new AbortController();
  process.once('SIGINT', () => leaving.abort());
  const spinner = await startSpinner(`node group ${name}: asking AWS`);
  const progress = { show: ({ detail }: { detail?: string | null }) => spinner.show(detail ?? '') };
  try {
    return await scaleNodegroup(clients, { cluster: aws.cluster, name, desired }, progress, leaving.signal);
  } catch (error) {
    if (!leaving.signal.aborted) throw error;
    note(`\nYou left; what EKS was told goes on. See: npm run status -- --environment ${currentEnvironment()}`);
    process.exitCode = 130;
    return undefined;
  } finally {
    spinner.stop();
    clients.close();
  }
}

/** Throws Problems `bad-usage` and `bad-input`. */
function desiredIn({ desired, replicas }: Options): number {
  if (replicas !== undefined) throw new Problem('bad-usage', 'A node group has no --replicas but --desired', example);
  if (desired === undefined)
    throw new Problem('bad-usage', '--desired is missing: how many nodes it is to have', example);
  if (/^\d{1,6}$/.test(desired)) return Number(desired);
  throw new Problem(
    'bad-input',
    `--desired is "${shown(desired)}"`,
    'Give a whole number, within the limits of the group.',
  );
}
