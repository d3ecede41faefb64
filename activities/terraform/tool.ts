import { Problem } from '../../workflows/problem.ts';
import { CommandError, run } from '../command.ts';

export interface Tool {
  tool: 'terraform' | 'tofu';
  version: string;
}

/** S3's native lock and ephemeral values came with it. */
const oldest = [1, 11] as const;
const hint = 'Install Terraform or OpenTofu, 1.11 or newer, or name one by TERRAFORM_PATH.';

/** The program: TERRAFORM_PATH, else `terraform`, else `tofu` on the PATH. Throws Problem `tool-missing` or `preflight-failed`. */
export async function findTool(): Promise<Tool & { file: string }> {
  const given = process.env['TERRAFORM_PATH'];
  const candidates = given ? [given] : ['terraform', 'tofu'];
  for (const file of candidates) {
    const found = await ask(file);
    if (!found) continue;
    const [major = 0, minor = 0] = found.version.split('.').map(Number);
    if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return { file, ...found };
    throw new Problem('preflight-failed', `${file} is ${found.tool} ${found.version}, which is too old`, hint);
  }
  throw new Problem('tool-missing', given ? `There is no ${given}` : 'There is no terraform or tofu on the PATH', hint);
}

async function ask(file: string): Promise<Tool | undefined> {
  try {
    const { stdout } = await run(file, ['version'], { env: { CHECKPOINT_DISABLE: '1' } });
    const [, name, version] = /^(OpenTofu|Terraform) v(\S+)/m.exec(stdout) ?? [];
    if (version) return { tool: name === 'OpenTofu' ? 'tofu' : 'terraform', version };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    if (error.code === 'ENOENT') return undefined;
  }
  throw new Problem('preflight-failed', `${file} does not tell its version`, hint);
}
