import { exchange } from './http.ts';
import type { Addresses } from '../messages.ts';
import type { PodName } from '../services.ts';

// What a caller hands on as it is: the request's own fault, or a want of capacity. Anything else is the caller's 500.
const handedOn = (status: number): boolean => status < 500 || status === 503;

/** A failure that a service answers with; Fastify takes the status from `statusCode`. */
export class ServiceError extends Error {
  readonly statusCode: number;

  constructor(statusCode: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ServiceError';
    this.statusCode = statusCode;
  }
}

/** Calls between services: over HTTP, to wherever the kubelet's newest list says the callee is. */
export interface Calls {
  /** @throws ServiceError 503 while the service has no endpoints */
  address: (service: PodName) => string;
  get: <T>(service: PodName, path: string) => Promise<T>;
  post: <T>(service: PodName, path: string, body: unknown) => Promise<T>;
  update: (addresses: Addresses) => void;
}

/** POSTs JSON, or GETs when there is no body; errors name the callee. */
export async function callJson<T>(callee: string, url: string, body?: unknown): Promise<T> {
  const question =
    body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const answer = await exchange(url, question).catch((error: Error) => {
    throw new ServiceError(503, `${callee} cannot be reached: ${error.message}`, { cause: error });
  });
  const text = answer.body.toString();
  if (answer.status >= 400) {
    const status = handedOn(answer.status) ? answer.status : 500;
    throw new ServiceError(status, `${callee} answered ${answer.status}: ${messageOf(text)}`);
  }
  return JSON.parse(text) as T;
}

/** Makes the calls of one thread. */
export function createCalls(initial: Addresses): Calls {
  let addresses = initial;
  const address = (service: PodName): string => {
    const found = addresses[service];
    if (found === undefined) throw new ServiceError(503, `${service} has no endpoints`);
    return found;
  };
  return {
    address,
    get: async (service, path) => callJson(service, address(service) + path),
    post: async (service, path, body) => callJson(service, address(service) + path, body),
    update: (next) => {
      addresses = next;
    },
  };
}

function messageOf(text: string): string {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && 'message' in body) return String(body.message);
  } catch {
    // Not JSON: shown as it is.
  }
  return text.slice(0, 200);
}
