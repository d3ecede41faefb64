import { Problem, shown } from '../workflows/problem.ts';

/** Where a process serves its metrics. */
export interface MetricsAddress {
  host: string;
  port: number;
}

/** The address that INCIDENTFOX_METRICS names; undefined: nothing is served. Throws Problem `bad-usage`. */
export function metricsAddress(env: NodeJS.ProcessEnv = process.env): MetricsAddress | undefined {
  const { INCIDENTFOX_METRICS: text } = env;
  if (!text) return undefined;
  const [, bracketed, plain, digits] = /^(?:\[([\da-f:.]+)\]|([^\s:/[\]]+)):(\d{1,5})$/i.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host !== undefined && port >= 1 && port <= 65_535) return { host, port };
  throw new Problem(
    'bad-usage',
    `INCIDENTFOX_METRICS is "${shown(text)}", which is no address to serve metrics on`,
    'Write it as <host>:<port>, such as 127.0.0.1:9464 or [::1]:9464, with a port from 1 to 65535.',
  );
}
