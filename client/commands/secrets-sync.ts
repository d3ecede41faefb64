import { secretSyncId, type SyncResult } from '../../workflows/secrets-contract.ts';
import { printJson } from '../output.ts';
import { runSecrets, secretsEnvironment, type SecretsOptions } from '../secrets/run.ts';
import { printSecrets } from '../secrets/table.ts';

/** `secrets sync`: one that is under way already is followed. */
export async function syncCommand(keys: string[], options: SecretsOptions): Promise<void> {
  const environment = secretsEnvironment();
  const result = await runSecrets<SyncResult>('secretSync', environment, secretSyncId(environment.name), keys, options);
  if (!result) return;
  if (options.json) return printJson(result);
  printSecrets(result.secrets, 'in step');
}
