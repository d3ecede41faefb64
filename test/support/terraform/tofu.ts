import { existsSync } from 'node:fs';
import path from 'node:path';
import { run } from '../../../activities/command.ts';
import { projectRoot } from '../../../environments/root.ts';

/** OpenTofu, built of tools/tofu unless it is in the cache; `TOFU_PATH` names another. */
export async function tofuPath(): Promise<string> {
  const given = process.env['TOFU_PATH'];
  if (given) return given;
  const { stdout } = await run(path.join(projectRoot, 'tools/build.sh'), ['tofu']);
  return path.join(stdout, 'tofu');
}

/**
 * Whether the simulated providers are there: TF_CLI_CONFIG_FILE names the configuration that their build wrote. Without
 * them only what the real providers can do without an account is tested.
 */
export const isSimulated =
  /sim/.test(process.env['TF_CLI_CONFIG_FILE'] ?? '') && existsSync(process.env['TF_CLI_CONFIG_FILE'] ?? '');
