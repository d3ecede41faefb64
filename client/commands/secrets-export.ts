import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pc from 'picocolors';
import { awsClients } from '../../activities/aws/clients.ts';
import { brief } from '../../activities/aws/settings.ts';
import { Vault } from '../../activities/secrets/vault.ts';
import { currentEnvironment } from '../../environments/current.ts';
import { loadEnvironment } from '../../environments/load.ts';
import { noSecrets, secretPlaceOf } from '../../environments/secrets.ts';
import { Problem, shown } from '../../workflows/problem.ts';
import { asEnv } from '../export/env.ts';
import { requireSafePlace, writeSecretFile } from '../export/file.ts';
import { asOnePasswordCsv, asOnePasswordJson } from '../export/one-password.ts';
import { readForExport } from '../export/secret.ts';
import { shellWord } from '../export/shell.ts';
import { note, printJson, printLine } from '../output.ts';

const formats = { '1password-json': asOnePasswordJson, '1password-csv': asOnePasswordCsv, env: asEnv };
type Format = keyof typeof formats;

interface Options {
  format: string;
  out: string;
  force?: boolean;
  json?: boolean;
}

/**
 * `secrets export`: the current version of every secret, from Secrets Manager into a file; no Temporal is asked or told. Throws Problems
 * `export-refused`, `no-secrets`, `unknown-secret`, `bad-usage`, and those of Vault.
 */
export async function exportCommand({ format: wanted, out, force = false, json = false }: Options): Promise<void> {
  const format = formatNamed(wanted);
  const environment = loadEnvironment(currentEnvironment());
  const place = secretPlaceOf(environment);
  if (place === null) throw noSecrets(environment.name);
  if (out === '-') requireNoTerminal(force, json);
  const file = out === '-' ? null : await requireSafePlace(path.resolve(out), force);
  const clients = awsClients(place, brief);
  const { secrets, scheduled } = await readForExport(new Vault(clients, place.prefix), place).finally(clients.close);
  const leftOut = scheduled.map((key) => `${place.prefix}/${key}`);
  for (const name of leftOut) note(pc.yellow(`! left out: ${name}, whose deletion is scheduled`));
  if (secrets.length === 0) {
    const found = `There is no secret named ${place.prefix}/… in ${place.region}`;
    throw new Problem('unknown-secret', found, 'Nothing was written. See that account, region and prefix are right.');
  }
  const text = formats[format](secrets);
  if (file === null) return await printSecrets(text);
  await writeSecretFile(file, text, force);
  const names = secrets.map(({ name }) => name);
  if (json)
    return printJson({ environment: environment.name, format, file, count: names.length, secrets: names, leftOut });
  const what = names.length === 1 ? 'secret is' : 'secrets are';
  printLine(pc.green(`✔ ${names.length} ${what} in ${file}, for you alone: ${names.join(', ')}`));
  printLine(`  ${nextStep(format, shellWord(file))}`);
  printLine(`  Then remove it: rm ${shellWord(file)}`);
}

function formatNamed(format: string): Format {
  if (Object.hasOwn(formats, format)) return format as Format;
  const known = Object.keys(formats).join(', ');
  throw new Problem('bad-usage', `There is no format "${shown(format)}"`, `Choose one of ${known}.`);
}

function requireNoTerminal(force: boolean, json: boolean): void {
  if (json) throw new Problem('bad-usage', '--json and --out - would both be printed', 'Name a file with --out.');
  if (!process.stdout.isTTY || force) return;
  const hint = 'Pipe it into another program, name a file, or give --force.';
  throw new Problem('export-refused', 'Secrets would be shown on this terminal, and stay in its history', hint);
}

async function printSecrets(text: string): Promise<void> {
  try {
    await pipeline(Readable.from([text]), process.stdout, { end: false });
  } catch (error) {
    const found = `They could not be printed: ${(error as NodeJS.ErrnoException).code}`;
    throw new Problem('export-refused', found, 'See that the program which they are piped into reads them all.');
  }
}

/** `file`: as a shell takes it. */
function nextStep(format: Format, file: string): string {
  if (format === '1password-csv') return '1Password, in the app or at 1password.com: Import, then choose this file.';
  if (format === 'env') return `set -a; . ${file}; set +a — or: node --env-file=${file}`;
  return `while IFS= read -r item; do printf '%s' "$item" | op item create -; done < ${file}`;
}
