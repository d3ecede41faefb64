import {
  DescribeSecretCommand,
  type DescribeSecretResponse,
  GetRandomPasswordCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { Problem } from '../../workflows/problem.ts';
import type { AwsClients } from '../aws/clients.ts';
import { isAnswer } from '../aws/errors.ts';
import { credentialsIn, fieldsIn, passwordField } from './fields.ts';
import type { Credentials } from './logins/login.ts';

/** A version of a secret: its id, when it was made (ISO 8601), and its fields. */
export interface SecretVersion {
  version: string;
  changedAt: string;
  fields: Record<string, string>;
}

const [current, pending] = ['AWSCURRENT', 'AWSPENDING'];

/**
 * The secrets of one lab in Secrets Manager, by key: `<prefix>/<key>`. What it throws never quotes a value: Problems
 * `secret-missing`, `secret-deleted`, `secret-invalid`, and those of every AWS client here.
 */
export class Vault {
  readonly #client: AwsClients['secrets'];
  readonly #prefix: string;

  constructor({ secrets }: Pick<AwsClients, 'secrets'>, prefix: string) {
    this.#client = secrets;
    this.#prefix = prefix;
  }

  nameOf(key: string): string {
    return `${this.#prefix}/${key}`;
  }

  /** Every key, sorted. `scheduled`: those whose deletion is scheduled. */
  async keys(): Promise<{ keys: string[]; scheduled: string[] }> {
    const found: { key: string; scheduled: boolean }[] = [];
    let NextToken: string | undefined;
    do {
      const Filters = [{ Key: 'name' as const, Values: [`${this.#prefix}/`] }];
      const page = await this.#client.send(
        new ListSecretsCommand({ Filters, NextToken, IncludePlannedDeletion: true }),
      );
      for (const { Name = '', DeletedDate } of page.SecretList ?? []) {
        // the filter is not told apart by upper and lower case
        if (!Name.startsWith(`${this.#prefix}/`)) continue;
        found.push({ key: Name.slice(this.#prefix.length + 1), scheduled: DeletedDate !== undefined });
      }
      ({ NextToken } = page);
    } while (NextToken !== undefined);
    const named = (scheduled: boolean): string[] =>
      found
        .filter((each) => each.scheduled === scheduled)
        .map(({ key }) => key)
        .toSorted();
    return { keys: named(false), scheduled: named(true) };
  }

  /** A version of a secret, the current one unless told. */
  async read(key: string, version?: string): Promise<SecretVersion> {
    const { text, ...known } = await this.readText(key, version);
    return { ...known, fields: fieldsIn(this.nameOf(key), text) };
  }

  /** As `read`, whatever its form. */
  async readText(key: string, version?: string): Promise<Omit<SecretVersion, 'fields'> & { text: string }> {
    const which = version === undefined ? { VersionStage: current } : { VersionId: version };
    const command = new GetSecretValueCommand({ SecretId: this.nameOf(key), ...which });
    const answer = await this.#ask(key, () => this.#client.send(command));
    const { SecretString: text, VersionId = '', CreatedDate = new Date(0) } = answer;
    if (text !== undefined) return { version: VersionId, changedAt: CreatedDate.toISOString(), text };
    throw invalid(this.nameOf(key), 'holds bytes, not text');
  }

  /** Who logs in with a version, and by what. */
  async login(key: string, version: string): Promise<Credentials> {
    const [{ Tags }, { fields }] = [await this.#describe(key), await this.read(key, version)];
    return credentialsIn(this.nameOf(key), fields, Tags);
  }

  /** Makes version `id` with another password, marked as pending; once, however often. Answers the current one's id. */
  async propose(key: string, id: string): Promise<string> {
    const described = await this.#describe(key);
    const now = await this.read(key);
    if (id in (described.VersionIdsToStages ?? {})) return now.version;
    const field = passwordField(this.nameOf(key), now.fields, described.Tags);
    // letters and digits: good in a URL, a connection string and a shell as they are
    const { RandomPassword } = await this.#client.send(
      new GetRandomPasswordCommand({ PasswordLength: 32, ExcludePunctuation: true }),
    );
    if (!RandomPassword) throw new Error('Secrets Manager made no password');
    const command = new PutSecretValueCommand({
      SecretId: this.nameOf(key),
      ClientRequestToken: id,
      SecretString: JSON.stringify({ ...now.fields, [field]: RandomPassword }),
      VersionStages: [pending],
    });
    await this.#ask(key, async () => {
      try {
        await this.#client.send(command);
      } catch (error) {
        // an attempt before this one has made it after all
        if (!isAnswer(error, 'ResourceExistsException')) throw error;
      }
    });
    return now.version;
  }

  /**
   * Makes version `id` the current one instead of `instead`, which becomes the previous; `before` is called first where it is not yet.
   * Throws Problem `secrets-busy` where a third one is current: somebody else has changed it.
   */
  async promote(key: string, id: string, instead: string, before: () => Promise<void>): Promise<void> {
    const holder = await this.#holderOf(key, current);
    if (holder !== id) {
      if (holder !== instead) throw taken(this.nameOf(key), holder);
      await before();
      // AWS itself refuses it where the mark is elsewhere by then
      await this.#move(key, current, { MoveToVersionId: id, RemoveFromVersionId: instead });
    }
    if ((await this.#holderOf(key, pending)) === id) await this.#move(key, pending, { RemoveFromVersionId: id });
  }

  /** Takes all marks off a version that is not current, so that Secrets Manager forgets it. With its secret, it is gone already. */
  async drop(key: string, id: string): Promise<void> {
    const described = await this.#describe(key).catch((error: unknown) => {
      if (error instanceof Problem && ['secret-missing', 'secret-deleted'].includes(error.code)) return undefined;
      throw error;
    });
    const { [id]: stages = [] } = described?.VersionIdsToStages ?? {};
    for (const stage of stages.filter((each) => each !== current)) {
      await this.#move(key, stage, { RemoveFromVersionId: id });
    }
  }

  async #holderOf(key: string, stage: string): Promise<string | undefined> {
    const { VersionIdsToStages = {} } = await this.#describe(key);
    return Object.entries(VersionIdsToStages).find(([, stages]) => stages.includes(stage))?.[0];
  }

  async #move(
    key: string,
    VersionStage: string,
    move: { MoveToVersionId?: string; RemoveFromVersionId: string | undefined },
  ): Promise<void> {
    const command = new UpdateSecretVersionStageCommand({ SecretId: this.nameOf(key), VersionStage, ...move });
    await this.#ask(key, () => this.#client.send(command));
  }

  async #describe(key: string): Promise<DescribeSecretResponse> {
    const found = await this.#ask(key, () =>
      this.#client.send(new DescribeSecretCommand({ SecretId: this.nameOf(key) })),
    );
    if (found.DeletedDate) throw deleted(this.nameOf(key));
    return found;
  }

  async #ask<T>(key: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw explained(this.nameOf(key), error);
    }
  }
}

/** What a call that failed means. Without its cause: what AWS says of a request that it does not take may quote it. */
function explained(name: string, error: unknown): Error {
  if (isAnswer(error, 'ResourceNotFoundException')) {
    const hint = 'Terraform makes it: npm run deploy. Or make it yourself, with its fields as one JSON object.';
    return new Problem('secret-missing', `Secrets Manager has no secret ${name}, or no such version of it`, hint);
  }
  if (isAnswer(error, 'InvalidRequestException') && /delet/i.test(error.message)) return deleted(name);
  if (error instanceof Problem) return error;
  return new Error(`Secrets Manager answers ${(error as Error).name} for secret ${name}`);
}

function deleted(name: string): Problem {
  const hint = `Keep it: aws secretsmanager restore-secret --secret-id ${name}. Or deploy again, which makes a new one.`;
  return new Problem('secret-deleted', `Secret ${name} is scheduled for deletion`, hint);
}

function taken(name: string, holder = 'none'): Problem {
  const found = `Somebody else has made another version of secret ${name} the current one meanwhile: ${holder}`;
  return new Problem('secrets-busy', found, 'See that nothing else rotates it, then run it again.');
}

function invalid(name: string, what: string): Problem {
  return new Problem('secret-invalid', `Secret ${name} ${what}`, 'It must be one JSON object whose fields are text.');
}
