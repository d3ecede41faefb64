import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { Cleanup } from '../../support/flags.ts';
import { eksObjects } from './eks-objects.ts';
import { MadeSecrets } from './made-secrets.ts';

/** An API server that plays the control plane of the EKS cluster. */
export interface Plane {
  server: string;
  /** path of its certificate */
  authority: string;
}

/**
 * An AWS account as the lab meets it: an EKS cluster that is there as long as Terraform's simulated provider has one, and whose
 * tokens its API server has checked here; everything else is moto's. What is simulated is who answers, not what is asked.
 */
export class EksAccount {
  /** objects of the simulated provider */
  readonly world: string;
  /** what it did, one line each */
  readonly journal: string;
  /** names of clusters that tokens were made for, as the API server asked about them */
  readonly tokensFor: string[] = [];
  plane: Plane | undefined;
  readonly #server: Server;
  readonly #moto: string;
  readonly #secrets: MadeSecrets;

  private constructor(directory: string, moto: string) {
    this.world = path.join(directory, 'world.json');
    this.journal = path.join(directory, 'journal.jsonl');
    this.#moto = moto;
    this.#secrets = new MadeSecrets(moto, () => this.objects('aws_secretsmanager_secret'));
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
    });
  }

  /** `moto`: where its server is. */
  static async open(directory: string, moto: string, cleanup: Cleanup): Promise<EksAccount> {
    const account = new EksAccount(directory, moto);
    await new Promise<void>((resolve) => void account.#server.listen(0, '127.0.0.1', resolve));
    cleanup(() => Promise.resolve(void account.#server.close()));
    cleanup(() => Promise.resolve(account.#secrets.close()));
    return account;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What the API server is to be started with, so that it asks here whose a token is. */
  webhook(file: string): string[] {
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'webhook',
      contexts: [{ name: 'webhook', context: { cluster: 'webhook', user: 'webhook' } }],
      clusters: [{ name: 'webhook', cluster: { server: `${this.endpoint}/authenticate` } }],
      users: [{ name: 'webhook', user: {} }],
    };
    writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
    return [`--authentication-token-webhook-config-file=${file}`, '--authentication-token-webhook-version=v1'];
  }

  /** The simulated provider's objects of a type. */
  objects(type: string): Record<string, unknown>[] {
    if (!existsSync(this.world)) return [];
    const world = JSON.parse(readFileSync(this.world, 'utf8') || '{}') as Record<string, Record<string, object>>;
    return Object.values(world[type] ?? {}) as Record<string, unknown>[];
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = '', method = '' } = request;
    const json = (status: number, body: object, headers = {}): void => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    };
    if (String(request.headers['x-amz-target']) === 'secretsmanager.GetSecretValue') await this.#secrets.put();
    if (url.startsWith('/authenticate')) return json(200, this.#review(JSON.parse(await text(request)) as TokenReview));
    // moto has no quotas: enough of everything
    if (String(request.headers['x-amz-target']).startsWith('ServiceQuotas'))
      return json(200, { Quota: { Value: 1_000 } });
    const [, name] = /^\/clusters\/([^/?]+)$/.exec(url) ?? [];
    if (name !== undefined && method === 'GET') {
      const cluster = this.#cluster(name);
      if (cluster) return json(200, { cluster });
      const message = `No cluster found for name: ${name}.`;
      return json(404, { message }, { 'x-amzn-errortype': 'ResourceNotFoundException' });
    }
    const told = method === 'GET' ? eksObjects(url, (type) => this.objects(type)) : undefined;
    if (told) return json(200, told);
    await this.#pass(request, response);
  }

  #cluster(name: string): object | undefined {
    if (!this.plane || !this.objects('aws_eks_cluster').some((each) => each['name'] === name)) return undefined;
    const data = readFileSync(this.plane.authority).toString('base64');
    const arn = `arn:aws:eks:us-west-2:123456789012:cluster/${name}`;
    const { server: endpoint } = this.plane;
    return { name, arn, endpoint, status: 'ACTIVE', version: '1.35', certificateAuthority: { data }, createdAt: 1.7e9 };
  }

  /** As EKS does it: a token is a signed question to STS who one is, for one cluster, and no older than 15 minutes. */
  #review({ apiVersion, kind, spec: { token } }: TokenReview): object {
    const url = Buffer.from(token.replace('k8s-aws-v1.', ''), 'base64url').toString();
    const query = URL.canParse(url) ? new URL(url).searchParams : new URLSearchParams();
    const signs = query.get('X-Amz-SignedHeaders')?.split(';') ?? [];
    const isQuestion = query.get('Action') === 'GetCallerIdentity' && signs.includes('x-k8s-aws-id');
    if (isQuestion) this.tokensFor.push(query.get('X-Amz-Credential')?.split('/')[0] ?? '');
    const authenticated = token.startsWith('k8s-aws-v1.') && isQuestion;
    const user = { username: 'arn:aws:iam::123456789012:user/lab', groups: ['system:masters'] };
    return { apiVersion, kind, status: authenticated ? { authenticated, user } : { authenticated } };
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers } = request;
    const { host: _host, connection: _connection, 'content-length': _length, ...kept } = headers;
    const body = method === 'GET' || method === 'HEAD' ? null : await text(request);
    const answer = await fetch(new URL(url, this.#moto), { method, headers: kept as Record<string, string>, body });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/xml' });
    response.end(Buffer.from(await answer.arrayBuffer()));
  }
}

interface TokenReview {
  apiVersion: string;
  kind: string;
  spec: { token: string };
}
