import path from 'node:path';
import { addKey } from '../../activities/codec/add-key.ts';
import { Problem } from '../../workflows/problem.ts';
import { printJson, printLine } from '../output.ts';

interface Options {
  out: string;
  kms?: string;
  region?: string;
  json?: boolean;
}

/** `codec keys`: makes a key file, or adds a key to one and makes it the active one. Tells its id; the key nobody. */
export async function codecKeys({ out, kms, region, json = false }: Options): Promise<void> {
  if ((kms === undefined) !== (region === undefined)) {
    throw new Problem(
      'bad-usage',
      '--kms and --region belong together',
      'Name the KMS key and its region, or neither.',
    );
  }
  const file = path.resolve(out);
  const id = await addKey(file, kms !== undefined && region !== undefined ? { key: kms, region } : undefined);
  if (json) return printJson({ file, active: id });
  printLine(`${file}: the active key is ${id}.`);
  printLine(`Set it for the lab and for every command: INCIDENTFOX_CODEC_KEYS=${file}`);
}
