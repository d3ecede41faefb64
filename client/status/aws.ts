import pc from 'picocolors';
import { awsClients } from '../../activities/aws/clients.ts';
import { type AwsLook, lookAtAws } from '../../activities/aws/look.ts';
import { brief } from '../../activities/aws/settings.ts';
import type { Part } from '../../activities/kubernetes/look/look.ts';
import { currentEnvironment } from '../../environments/current.ts';
import type { AwsEnvironment } from '../../environments/load.ts';
import { Problem } from '../../workflows/problem.ts';
import { costLines, eksLines, lifetimeLines } from './aws-lines.ts';
import { glanceAt as glanceInside } from './cluster.ts';
import type { Glance } from './glance.ts';
import { lifetimeOf, type LifetimeView } from './lifetime.ts';
import { lines } from './lines.ts';

/** Whoever watches a lab every second shall not have AWS throttle the whole account (ms). */
const askAwsEvery = 15_000;

/** Looks at a lab whose cluster Terraform makes: inside it, where there is one, and at what AWS and Temporal know of it. */
export function glanceAt(environment: AwsEnvironment): Glance {
  const inside = glanceInside(environment);
  const askAws = nowAndThen(() => askAwsAbout(environment));
  return async () => {
    const [cluster, { aws, cost }, lifetime] = await Promise.all([
      inside().catch((error: unknown) => notInside(environment, error)),
      askAws(),
      lifetimePart(environment.name),
    ]);
    const text = (): string =>
      [
        cluster.text(),
        ...lines('eks', aws, eksLines),
        // where EKS cannot be asked, the same would be said twice
        ...('error' in aws ? [] : lines('cost', cost, costLines)),
        ...lines('lifetime', lifetime, lifetimeLines),
      ].join('\n');
    return { document: { ...cluster.document, aws, cost, lifetime }, text };
  };
}

async function askAwsAbout({ aws }: AwsEnvironment): Promise<AwsLook> {
  // anew each time: credentials may have been renewed meanwhile
  const clients = awsClients(aws, brief);
  return await lookAtAws(clients, aws).finally(clients.close);
}

/** Does the work again only when its last answer has grown old. */
function nowAndThen<T>(work: () => Promise<T>): () => Promise<T> {
  let last: { at: number; answer: Promise<T> } | undefined;
  return () => {
    if (!last || performance.now() - last.at > askAwsEvery) last = { at: performance.now(), answer: work() };
    return last.answer;
  };
}

async function lifetimePart(name: string): Promise<Part<LifetimeView | null>> {
  try {
    return await lifetimeOf(name);
  } catch (error) {
    if (error instanceof Problem) return error.document;
    throw error;
  }
}

/** What there is to say where nobody can look into the cluster: it is not there yet or any more, or gives no access. */
function notInside({ name, cluster: { namespace } }: AwsEnvironment, error: unknown): Awaited<ReturnType<Glance>> {
  const problem = problemOf(error);
  const { document: part } = problem;
  const parts = { release: part, workloads: part, endpoints: part, secrets: part, incidents: part, lever: part };
  const found =
    problem.code === 'bad-kubeconfig'
      ? `no cluster; npm run deploy -- --environment ${currentEnvironment()}`
      : `${pc.yellow('unknown')}: ${problem.message}. ${problem.hint}`;
  return {
    document: { environment: name, cluster: null, namespace, ...parts },
    text: () => [`lab        ${pc.bold(name)}: namespace ${namespace}`, `cluster    ${found}`].join('\n'),
  };
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  // the Kubernetes client throws what eks-token says where it makes no token
  const [, said] = /✖\S* (.+)/.exec(error instanceof Error ? error.message : '') ?? [];
  if (said === undefined) throw error;
  return new Problem('cluster-denied', 'There is no token for the cluster', said, { cause: error });
}
