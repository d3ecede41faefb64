import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Cleanup } from '../flags.ts';

/** What AWS would answer, as it is on the wire. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Answers a call in AWS's place, by its action (`DescribeVpcs`, or `GET /clusters/demo` for EKS); undefined: it does not. */
export type Answerer = (action: string) => Answer | undefined;

/** A server before AWS's that answers some calls itself and passes the others on; `calls` are the actions so far. */
export class Front {
  readonly endpoint: string;
  readonly calls: string[] = [];
  answer: Answerer = () => undefined;

  private constructor(endpoint: string) {
    this.endpoint = endpoint;
  }

  static async up(cleanup: Cleanup, behind?: string): Promise<Front> {
    const server = createServer((request, response) => {
      void reply(front, behind, request)
        .catch((error: unknown) => ({ status: 599, headers: {}, body: String(error) }))
        .then(({ status, headers, body }) => response.writeHead(status, headers).end(body));
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const front = new Front(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    cleanup(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    });
    return front;
  }
}

async function reply(front: Front, behind: string | undefined, request: IncomingMessage): Promise<Answer> {
  const body = await buffer(request);
  const { method = '', url = '', headers } = request;
  const action = actionOf(method, url, headers, body.toString());
  front.calls.push(action);
  const answer = front.answer(action);
  if (answer) return answer;
  if (behind === undefined) throw new Error(`nobody answers ${action}`);
  const init = {
    method,
    headers: passed(Object.entries(headers)),
    ...(body.length > 0 ? { body: new Uint8Array(body) } : {}),
  };
  const response = await fetch(`${behind}${url}`, init);
  return { status: response.status, headers: passed([...response.headers]), body: await response.text() };
}

/** Without those that are of one connection only. */
function passed(headers: [string, string | string[] | undefined][]): Record<string, string> {
  const own = new Set([
    'connection',
    'content-encoding',
    'content-length',
    'expect',
    'host',
    'keep-alive',
    'transfer-encoding',
  ]);
  return Object.fromEntries(headers.filter(([name]) => !own.has(name)).map(([name, value]) => [name, String(value)]));
}

function actionOf(method: string, url: string, headers: IncomingHttpHeaders, body: string): string {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') return target.slice(target.lastIndexOf('.') + 1);
  const [place = ''] = url.split('?');
  return new URLSearchParams(body).get('Action') ?? `${method} ${place}`;
}

const xml = { 'content-type': 'text/xml' };

/** An error as EC2 writes it. */
export function ec2Error(code: string, message: string, status = 400): Answer {
  const error = `<Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors>`;
  return { status, headers: xml, body: `<Response>${error}<RequestID>r</RequestID></Response>` };
}

/** An error as IAM, STS and the load balancers write it. */
export function queryError(code: string, message: string, status = 400): Answer {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status, headers: xml, body: `<ErrorResponse>${error}<RequestId>r</RequestId></ErrorResponse>` };
}

/** An error as the services write it that speak JSON. */
export function jsonError(code: string, message: string, status = 400): Answer {
  return json({ __type: code, message }, status);
}

export function json(value: unknown, status = 200): Answer {
  return { status, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify(value) };
}
