import {
  ApiException,
  type ApiType,
  createConfiguration,
  KubeConfig,
  type Middleware,
  ServerConfiguration,
} from '@kubernetes/client-node';
import { Problem } from '../../workflows/problem.ts';

/** An API server that does not answer within this is taken for away (ms). */
const patience = 3_000;

type ApiClass<A extends ApiType> = new (configuration: ReturnType<typeof createConfiguration>) => A;

/** Where a lab is: a context of the kubeconfig (null: its current one), and a namespace. `kubeconfig`: a path, where it is the lab's own. */
export interface Place {
  context: string | null;
  namespace: string;
  kubeconfig?: string;
}

/**
 * A cluster as the kubeconfig has it (KUBECONFIG, `~/.kube/config`, or the service account inside a pod), and the namespace
 * that the lab is in. Nothing is read before it is needed: the cluster may not exist yet.
 */
export class Cluster {
  readonly namespace: string;
  /** path of the lab's own kubeconfig; undefined where people's own names the cluster */
  readonly kubeconfig: string | undefined;
  #context: string | null;
  #config: KubeConfig | undefined;

  constructor({ context, namespace, kubeconfig }: Place) {
    this.#context = context;
    this.namespace = namespace;
    this.kubeconfig = kubeconfig;
  }

  /** Whether this process runs in a pod of the cluster, where services are reached by name. */
  get isInside(): boolean {
    try {
      return this.config.getCurrentCluster()?.name === 'inCluster';
    } catch {
      return false;
    }
  }

  /**
   * The context that is used: of the kubeconfig's current one, whichever that was at first. Null inside a pod. Throws Problem
   * `bad-kubeconfig`.
   */
  get context(): string | null {
    return this.isInside ? null : this.config.getCurrentContext();
  }

  /** Throws Problem `bad-kubeconfig` where there is no kubeconfig or it has no such context. */
  get config(): KubeConfig {
    this.#config ??= load(this.#context, this.kubeconfig);
    // somebody may make another one the current one, while this process is in the middle of something
    if (this.#config.getCurrentCluster()?.name !== 'inCluster') this.#context ??= this.#config.getCurrentContext();
    return this.#config;
  }

  /**
   * Runs one call of an API group: `use(CoreV1Api, (api) => api.readNamespace({ name }))`. Throws Problems
   * `cluster-unreachable` and `cluster-denied`; whatever else the server answers is an ApiException with its `code`.
   */
  async use<A extends ApiType, T>(type: ApiClass<A>, call: (api: A) => Promise<T>): Promise<T> {
    try {
      return await call(this.#client(type));
    } catch (error) {
      // a token that has expired may have been renewed in the file
      if (!(error instanceof ApiException) || error.code !== 401) throw this.#explained(error);
      this.#config = undefined;
    }
    return await call(this.#client(type)).catch((error: unknown) => {
      throw this.#explained(error);
    });
  }

  #client<A extends ApiType>(type: ApiClass<A>): A {
    const { config } = this;
    const { server } = config.getCurrentCluster() ?? { server: '' };
    const baseServer = new ServerConfiguration(server, {});
    return new type(createConfiguration({ baseServer, authMethods: { default: config }, promiseMiddleware: [inTime] }));
  }

  #explained(error: unknown): unknown {
    if (error instanceof ApiException) {
      if (error.code !== 401 && error.code !== 403) return error;
      const hint = 'Ask for the rights that docs/kubernetes.md lists, or renew the credentials of your kubeconfig.';
      return new Problem('cluster-denied', `The cluster refuses: ${messageOf(error)}`, hint, { cause: error });
    }
    if (error instanceof Problem || !isOfNetwork(error)) return error;
    const { server = 'it' } = this.config.getCurrentCluster() ?? {};
    // a cluster that was made anew has another address or authority, and the kubeconfig tells them
    this.#config = undefined;
    // without the call's own path: whoever watches would be told of the same again and again
    const said = error.message.replace(/^request to \S+ failed, reason: /, '');
    const reason = error.name === 'AbortError' ? `no answer within ${patience / 1_000} s` : said;
    return new Problem('cluster-unreachable', `The cluster at ${server} cannot be reached: ${reason}`, reachHint, {
      cause: error,
    });
  }
}

const reachHint = 'Try: kubectl cluster-info. KUBECONFIG and the environment file name the cluster.';

/** What the API server said, of an error's body. */
export function messageOf({ code, body }: ApiException<unknown>): string {
  try {
    const status = (typeof body === 'string' ? JSON.parse(body) : body) as { message?: unknown } | null;
    if (typeof status?.message === 'string') return status.message;
  } catch {
    // a proxy in between, say
  }
  return `it answered ${code}`;
}

/** Whether an error is an answer of the API server with that HTTP status. */
export function isAnswer(error: unknown, code: number): boolean {
  return error instanceof ApiException && error.code === code;
}

const inTime: Middleware = {
  pre: (context) => {
    context.setSignal(AbortSignal.timeout(patience));
    return Promise.resolve(context);
  },
  post: (context) => Promise.resolve(context),
};

/** What node-fetch throws where no answer comes: FetchError and AbortError; or a system's error, with its code. */
function isOfNetwork(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  return error.name === 'FetchError' || error.name === 'AbortError' || 'code' in error;
}

function load(context: string | null, file: string | undefined): KubeConfig {
  const config = new KubeConfig();
  try {
    if (file === undefined) config.loadFromDefault();
    else config.loadFromFile(file);
  } catch (error) {
    if (file !== undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new Problem('bad-kubeconfig', 'The lab has no cluster yet', 'Make it: npm run deploy', { cause: error });
    }
    throw new Problem('bad-kubeconfig', `The kubeconfig cannot be read: ${(error as Error).message}`, reachHint, {
      cause: error,
    });
  }
  // what the library makes up where there is nothing to load
  if (config.getCurrentCluster()?.server === 'http://localhost:8080') {
    throw new Problem('bad-kubeconfig', 'There is no kubeconfig', reachHint);
  }
  if (context !== null) config.setCurrentContext(context);
  if (config.getCurrentCluster()) return config;
  const known = config.getContexts().map(({ name }) => name);
  const found = known.length > 0 ? `it has ${known.join(', ')}` : 'it has none';
  const wanted = context ?? config.getCurrentContext();
  throw new Problem('bad-kubeconfig', `The kubeconfig has no context "${wanted}"; ${found}`, reachHint);
}
