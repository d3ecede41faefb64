import { Context } from '@temporalio/activity';
import { type ClusterEnvironment, type Environment, isCluster, type SecretPlace } from '../../environments/load.ts';
import { noSecrets, secretPlaceOf } from '../../environments/secrets.ts';
import { lifecycleId, type Caller } from '../../workflows/lifecycle-contract.ts';
import { Problem, shown } from '../../workflows/problem.ts';
import type { SecretActivities } from '../../workflows/secrets-contract.ts';
import { parseDuration } from '../../workflows/duration.ts';
import { awsClients } from '../aws/clients.ts';
import { Cluster } from '../kubernetes/cluster.ts';
import { ClusterServices } from '../kubernetes/services.ts';
import { asStep, type Progress } from '../lifecycle/step.ts';
import { isUnderWay } from '../lifecycle/under-way.ts';
import { forgetVersion, listExternalSecrets } from './external-secret.ts';
import { bringIntoStep } from './in-step.ts';
import type { Credentials } from './logins/login.ts';
import { Logins } from './logins/logins.ts';
import { restart } from './restart.ts';
import { Vault } from './vault.ts';

/** The steps in which secrets are kept in step and rotated; each may be killed and run again at any point. */
export function createSecretActivities(environment: Environment): SecretActivities {
  const place = secretPlaceOf(environment);
  if (place === null) throw noSecrets(environment.name);
  const delivered = isCluster(environment) ? environment : null;

  /** A step of its own name, with clients that are made anew, so that renewed credentials count at once. */
  const step =
    <Request extends { tell: Caller }, Answer>(
      name: (request: Request) => string,
      work: (at: At, request: Request) => Promise<Answer>,
    ): ((request: Request) => Promise<Answer>) =>
    (request) =>
      asStep(request.tell, name(request), async (progress, signal) => {
        const opened = open(place, delivered);
        return await work({ ...opened, progress, signal }, request).finally(opened.close);
      });

  return {
    nameSecretLab: () => Promise.resolve({ environment: environment.name }),

    chooseSecrets: step(
      () => 'looking which secrets there are',
      async ({ vault, cluster }, { work, secrets }) => {
        if (work === 'rotate' && (await isUnderWay(Context.current().client, lifecycleId(environment.name)))) {
          const found = `A deploy or teardown of ${environment.name} is under way`;
          throw new Problem('lifecycle-busy', found, 'Rotate when it is over.');
        }
        const all = cluster
          ? (await listExternalSecrets(cluster)).map(({ metadata }) => metadata.name)
          : (await vault.keys()).keys;
        return { keys: chosen(all, secrets, environment.name) };
      },
    ),

    bringIntoStep: step(
      ({ key }) => `bringing ${key} into step`,
      async ({ vault, cluster, progress, signal }, { key }) => {
        const login = delivered?.secrets?.logins[key];
        if (cluster) return await bringIntoStep(cluster, vault, { key, login }, progress, signal);
        const { version, changedAt } = await vault.read(key);
        return { key, version, changedAt, refreshed: null, consumers: [], stale: [] };
      },
    ),

    restartConsumer: step(
      ({ consumer }) => `restarting ${consumer.name}`,
      async ({ cluster, progress, signal }, { consumer, at }) => {
        if (!cluster || !delivered) return;
        await restart(cluster, consumer, at, parseDuration(delivered.demo.readyWithin), progress, signal);
      },
    ),

    proposeVersion: step(
      ({ key }) => `making another password for ${key}`,
      async ({ vault }, { key, version }) => ({ current: await vault.propose(key, version) }),
    ),

    changeLogin: step(
      ({ key }) => `telling the database the password of ${key}`,
      async ({ logins, signal }, { key, from, to }) => {
        return { changed: await logins.change(key, from, to, signal) };
      },
    ),

    proveLogin: step(
      ({ key }) => `logging in with the password of ${key}`,
      async ({ logins, signal }, { key, version }) => ({ provenAt: await logins.prove(key, version, signal) }),
    ),

    promoteVersion: step(
      ({ key }) => `making another version of ${key} the current one`,
      async ({ vault, cluster }, { key, version, instead }) =>
        vault.promote(key, version, instead, async () => {
          if (cluster) await forgetVersion(cluster, key);
        }),
    ),

    dropVersion: step(
      ({ key }) => `dropping a version of ${key}`,
      async ({ vault }, { key, version }) => vault.drop(key, version),
    ),
  };
}

interface Opened {
  vault: Vault;
  /** null: of a lab that is no cluster */
  cluster: Cluster | null;
  logins: Logins;
}

type At = Opened & { progress: Progress; signal: AbortSignal };

function open(place: SecretPlace, environment: ClusterEnvironment | null): Opened & { close: () => Promise<void> } {
  const clients = awsClients(place);
  const vault = new Vault(clients, place.prefix);
  const read = (key: string, version: string): Promise<Credentials> => vault.login(key, version);
  if (!environment) {
    const nowhere = new Logins({}, (url) => Promise.resolve(url), read);
    return { vault, cluster: null, logins: nowhere, close: () => Promise.resolve(clients.close()) };
  }
  const cluster = new Cluster(environment.cluster);
  const services = new ClusterServices(cluster);
  const logins = new Logins(environment.secrets?.logins ?? {}, (url) => services.reach(url), read);
  const close = async (): Promise<void> => {
    clients.close();
    await services.close();
  };
  return { vault, cluster, logins, close };
}

/** Throws Problem `unknown-secret`. */
function chosen(all: string[], wanted: string[] | undefined, environment: string): string[] {
  const known = all.toSorted();
  const keys = [...new Set(wanted ?? known)];
  const unknown = keys.find((key) => !known.includes(key));
  if (unknown !== undefined) {
    const hint = known.length > 0 ? `It has ${known.join(', ')}.` : 'It has none.';
    throw new Problem('unknown-secret', `The ${environment} lab has no secret "${shown(unknown)}"`, hint);
  }
  if (keys.length > 0) return keys;
  throw new Problem(
    'unknown-secret',
    `The ${environment} lab has no secret yet`,
    'Deploy it, or make one: docs/secrets.md.',
  );
}
