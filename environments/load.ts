import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { Problem, shown } from '../workflows/problem.ts';
import { currentEnvironment, isFile } from './current.ts';
import { labDirectory } from './lab-directory.ts';
import { projectRoot } from './root.ts';

const line = z.string().trim().min(1);
export const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be a region such as us-west-2');
/** of ~/.aws/config; null: AWS_PROFILE, or whatever else the AWS SDK finds */
const profile = line.nullable();
const chart = z.strictObject({ chart: line, repository: z.url().nullable(), version: line.nullable() });

/** Where secrets are in AWS Secrets Manager: `<prefix>/<key>`. */
const secretPlace = z.strictObject({ region, profile, prefix: line });
const named = {
  /** names the task queues and, for all but the embedded lab, the lab's directory */
  name: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be written in kebab-case'),
  temporal: z.strictObject({
    address: line,
    ui: z.url(),
    /** `elsewhere`: a team's, so that commands bring no lab up on this machine */
    workers: z.enum(['here', 'elsewhere']).default('here'),
  }),
};

/** Flags in a file: the embedded lab, and the demo under docker compose. */
const fileEnvironment = z.strictObject({
  ...named,
  flags: z.strictObject({ store: z.literal('file'), location: line }),
  ofrep: z.url(),
  shop: z.url().nullable(),
  /** a stand-in for Secrets Manager, where AWS_ENDPOINT_URL_SECRETS_MANAGER names one */
  secrets: secretPlace.nullable().default(null),
});

/** Secrets of Secrets Manager, brought into the cluster by the External Secrets Operator. */
const clusterSecrets = z.strictObject({
  /** null: those that Terraform made; `role` may read them, as its service account in the demo's namespace */
  source: secretPlace.extend({ keys: z.array(line).min(1), role: line }).nullable(),
  /** the External Secrets Operator's chart; null: it is there already */
  operator: chart.nullable(),
  /** by key: where a login proves a password; at a `postgresql:` one it is also changed */
  logins: z.record(z.string(), z.url({ protocol: /^(postgresql|http)$/ })),
});

/** The demo in a cluster. Services are written as seen from inside the cluster, `http://<service>:<port>`. */
const clusterEnvironment = z.strictObject({
  ...named,
  flags: z.strictObject({
    store: z.literal('configmap'),
    location: z.string().regex(/^[^/]+\/[^/]+$/, 'must be <ConfigMap>/<key>'),
  }),
  cluster: z.strictObject({
    /** context of the kubeconfig; null: its current one */
    context: line.nullable(),
    namespace: line,
  }),
  services: z.strictObject({
    ofrep: z.url(),
    /** flagd-ui, which is in the flag daemon's pod */
    flagUi: z.url(),
    frontDoor: z.url(),
    prometheus: z.url(),
    /** further ones that `status` tells how to open, by name */
    others: z.record(z.string(), z.url()),
  }),
  demo: z.strictObject({
    release: line,
    /** a chart's name in `repository`, an OCI reference, or a path */
    chart: line,
    repository: z.url().nullable(),
    version: line.nullable(),
    /** values files, from the project's directory */
    values: z.array(line),
    /** how long the workloads may take to become ready */
    readyWithin: line,
  }),
  /** image of the reconciler's Deployment; null: none is installed */
  reconciler: z.strictObject({ image: line.nullable() }),
  /** null: none; the demo keeps its chart's own passwords */
  secrets: clusterSecrets.nullable().default(null),
});

/** A cluster that Terraform makes, and what it stands on. */
const awsEnvironment = clusterEnvironment.extend({
  aws: z.strictObject({
    region,
    profile,
    /** the lab's own name, in the tag `Environment` of all that is made for it */
    lab: z.string().regex(/^[a-z][a-z0-9-]{0,19}$/, 'must be at most 20 of a-z, 0-9 and -'),
    /** name of the EKS cluster, and prefix of what belongs to it */
    cluster: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be at most 40 of a-z, 0-9 and -'),
    /** the AWS Load Balancer Controller's chart, as for `demo`; null: none is installed */
    loadBalancers: chart.nullable(),
    terraform: z.strictObject({
      /** files of variables, from the project's directory: presets, and one's own */
      variables: z.array(line),
      state: z.discriminatedUnion('backend', [
        /** null: none is named yet */
        z.strictObject({ backend: z.literal('s3'), bucket: line.nullable(), key: line, region }),
        /** a file in the lab's directory on this machine */
        z.strictObject({ backend: z.literal('local') }),
      ]),
    }),
  }),
});

export type ClusterSecrets = z.infer<typeof clusterSecrets>;
export type SecretPlace = z.infer<typeof secretPlace>;
export type FileEnvironment = z.infer<typeof fileEnvironment>;
/** `kubeconfig`: its path, where it is the lab's own. */
interface Placed {
  cluster: { kubeconfig?: string };
}

export type AwsEnvironment = z.infer<typeof awsEnvironment> & Placed;
export type ClusterEnvironment = (z.infer<typeof clusterEnvironment> & Placed) | AwsEnvironment;
export type Environment = FileEnvironment | ClusterEnvironment;

export function isCluster(value: Environment): value is ClusterEnvironment {
  return value.flags.store === 'configmap';
}

export function isAws(value: Environment): value is AwsEnvironment {
  return 'aws' in value;
}

/**
 * Where things are: `environments/<name>.yaml`, or the YAML file that `name` is the path of, with what the process's variables
 * say taken before it. Paths are absolute. Throws Problem `bad-environment`.
 */
export function loadEnvironment(name: string, env: NodeJS.ProcessEnv = process.env): Environment {
  const read = environmentIn(
    isFile(name) ? path.resolve(name) : path.join(projectRoot, 'environments', `${name}.yaml`),
    name,
  );
  if (isCluster(read)) {
    const context = env['INCIDENTFOX_CONTEXT'] || read.cluster.context;
    // the cluster may not be there yet, so that no kubeconfig of people's own could name it
    const own = isAws(read) ? { kubeconfig: path.join(labDirectory(read.name, env), 'kubeconfig') } : {};
    return { ...read, cluster: { ...read.cluster, context, ...own } };
  }
  const { INCIDENTFOX_FLAGS: flags, INCIDENTFOX_OFREP: ofrep = read.ofrep, INCIDENTFOX_SHOP: shop = read.shop } = env;
  const location = path.resolve(projectRoot, flags ?? read.flags.location);
  return { ...read, flags: { ...read.flags, location }, ofrep, shop: shop === '' ? null : shop };
}

function environmentIn(file: string, name: string): Environment {
  try {
    const value: unknown = parse(readFileSync(file, 'utf8'));
    return formOf(value).parse(value);
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new Problem(
      'bad-environment',
      isMissing
        ? `There is no environment "${shown(name)}"`
        : `The environment ${file} cannot be read: ${reasonOf(error)}`,
      'Name one of environments/*.yaml (embedded, compose, kubernetes, aws), or the path of a YAML file of your own like those.',
      { cause: error },
    );
  }
}

function formOf(value: unknown) {
  const { flags, aws } = (value ?? {}) as { flags?: { store?: unknown } | null; aws?: unknown };
  if (aws !== undefined) return awsEnvironment;
  return flags?.store === 'configmap' ? clusterEnvironment : fileEnvironment;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof z.ZodError)) return (error as Error).message;
  return (
    error.issues.map((issue) => `${issue.path.join('.') || 'top level'}: ${issue.message}`)[0] ?? 'it is not valid'
  );
}

/** The name of the environment that the process works on. */
export function environmentName(): string {
  const current = currentEnvironment();
  return isFile(current) ? loadEnvironment(current).name : current;
}
