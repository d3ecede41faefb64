import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { projectRoot } from '../../environments/root.ts';
import { Problem } from '../../workflows/problem.ts';

const price = z.number().nonnegative();
const table = z.strictObject({
  /** when they were looked up: YYYY-MM-DD */
  date: z.iso.date(),
  source: z.string().min(1),
  currency: z.string().length(3),
  region: z.string().min(1),
  hourly: z.strictObject({
    eks_cluster: price,
    nat_gateway: price,
    public_ipv4: price,
    load_balancer: price,
    /** of a machine with Linux, by type */
    instances: z.record(z.string(), z.strictObject({ on_demand: price, spot: price })),
  }),
  monthly: z.strictObject({ ebs_gp3_gb: price, kms_key: price, secret: price }),
});

/** What things cost in one region, as of a date. */
export type Prices = z.infer<typeof table>;

/** The project's own table of prices, or another one. Throws Problem `bad-input` for what is no such table. */
export async function readPrices(file = path.join(projectRoot, 'terraform/prices.yaml')): Promise<Prices> {
  try {
    return table.parse(parse(await readFile(file, 'utf8')));
  } catch (error) {
    const [issue] = error instanceof z.ZodError ? error.issues : [];
    const reason = issue ? `${issue.path.join('.') || 'top level'}: ${issue.message}` : (error as Error).message;
    const message = `The prices in ${file} cannot be read: ${reason}`;
    throw new Problem('bad-input', message, 'Put back terraform/prices.yaml as the repository has it.', {
      cause: error,
    });
  }
}
