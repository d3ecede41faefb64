import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { projectRoot } from '../../environments/root.ts';

/** A service of docker-compose.yml, as far as the tests look at it. */
export interface Service {
  image?: string;
  build?: string;
  entrypoint?: string[];
  command?: string[];
  environment?: Record<string, string>;
  ports?: string[];
  volumes?: string[];
  healthcheck?: { test?: string[]; disable?: boolean };
  restart?: string;
  depends_on?: Record<string, { condition: string }>;
  read_only?: boolean;
  cap_drop?: string[];
  profiles?: string[];
}

export interface Compose {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
}

export const composeFile = path.join(projectRoot, 'docker-compose.yml');

/** docker-compose.yml, its merges (`<<`) done. */
export function readCompose(text = readFileSync(composeFile, 'utf8')): Compose {
  return parse(text, { merge: true }) as Compose;
}

/** The variables of a service. Throws where there is none of that name. */
export function environmentOf(service: string): Record<string, string> {
  const { environment } = readCompose().services[service] ?? {};
  if (environment === undefined) throw new Error(`docker-compose.yml has no variables for a service ${service}`);
  return environment;
}
