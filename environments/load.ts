import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { projectRoot } from './root.ts';

const environment = z.strictObject({
  name: z.string(),
  flags: z.strictObject({ store: z.literal('file'), location: z.string() }),
  ofrep: z.url(),
  shop: z.url().nullable(),
  temporal: z.strictObject({ address: z.string(), ui: z.url() }),
});

export type Environment = z.infer<typeof environment>;

/** Where things are: `environments/<name>.yaml`, with what the process's variables say taken before it. Paths are absolute. */
export function loadEnvironment(name: string, env: NodeJS.ProcessEnv = process.env): Environment {
  const file = path.join(projectRoot, 'environments', `${name}.yaml`);
  const read = environment.parse(parse(readFileSync(file, 'utf8')));
  const { INCIDENTFOX_FLAGS: flags, INCIDENTFOX_OFREP: ofrep = read.ofrep, INCIDENTFOX_SHOP: shop = read.shop } = env;
  return environment.parse({
    ...read,
    flags: { ...read.flags, location: path.resolve(projectRoot, flags ?? read.flags.location) },
    ofrep,
    shop: shop === '' ? null : shop,
  });
}
