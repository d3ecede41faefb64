import { createInterface } from 'node:readline/promises';
import type { Environment } from '../../environments/load.ts';
import { rotateId, type RotateResult } from '../../workflows/secrets-contract.ts';
import { Problem } from '../../workflows/problem.ts';
import { printJson, printLine } from '../output.ts';
import { runSecrets, secretsEnvironment, type SecretsOptions } from '../secrets/run.ts';
import { printSecrets } from '../secrets/table.ts';

/** `secrets rotate`: asks first, as it restarts what takes the secrets. Throws Problem `rotation-failed` where it was taken back. */
export async function rotateCommand(
  keys: string[],
  { yes = false, ...options }: SecretsOptions & { yes?: boolean },
): Promise<void> {
  const environment = secretsEnvironment();
  if (!yes) await confirm(keys, environment);
  const result = await runSecrets<RotateResult>('rotate', environment, rotateId(environment.name), keys, options);
  if (!result) return;
  if (options.json) return printJson(result);
  printSecrets(result.secrets, 'rotated');
  for (const { key, provenAt } of result.secrets) {
    const proof = provenAt === null ? 'no place is known where a login would prove it' : `proven at ${provenAt}`;
    printLine(`  ${key}: ${proof}`);
  }
}

async function confirm(keys: string[], environment: Environment): Promise<void> {
  const which = keys.length > 0 ? keys.join(', ') : 'every secret';
  if (!process.stdin.isTTY) {
    throw new Problem('bad-usage', `Nobody is there to confirm the rotation of ${which}`, 'Give --yes.');
  }
  // asks the cluster
  const { consumersOf } = await import('../secrets/consumers.ts');
  const consumers = await consumersOf(environment, keys);
  const restarts = consumers.length > 0 ? `restarts ${consumers.join(', ')}, one after the other` : 'restarts nothing';
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const question = `This gives ${which} of ${environment.name} another password and ${restarts}. Type yes to go on: `;
  const typed = await lines.question(question);
  lines.close();
  if (typed.trim() !== 'yes') throw new Problem('bad-usage', 'That is not yes', 'Nothing was changed.');
}
