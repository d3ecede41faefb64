import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { projectRoot } from '../../environments/root.ts';
import { Problem } from '../../workflows/problem.ts';
import { printJson, printLine } from '../output.ts';
import { NotWritten, writeOnce } from '../write-once.ts';

/** What docker-compose.yml asks for. */
const passwords = ['POSTGRES_PASSWORD', 'GRAFANA_ADMIN_PASSWORD'];

/**
 * `team env`: writes `.env` with new passwords, for its owner alone, and prints none of them. Throws Problem `env-refused` where
 * there is one, since a database that was made with the old password would not know the new.
 */
export async function teamEnv({ out, json = false }: { out?: string; json?: boolean }): Promise<void> {
  const file = out === undefined ? path.join(projectRoot, '.env') : path.resolve(out);
  // letters that neither compose nor a connection string takes for anything else
  const lines = passwords.map((name) => `${name}=${randomBytes(32).toString('base64url')}\n`);
  const about =
    '# Made by `npm run team -- env`, for docker-compose.yml. Not for git, and not to be lost: docs/team.md.\n';
  try {
    await writeOnce(file, about + lines.join(''));
  } catch (error) {
    if (!(error instanceof NotWritten)) throw error;
    const hint = error.isThere
      ? 'It is kept: the database knows the password in it. docs/team.md says how to change one.'
      : 'Nothing was left there. Name another file with --out.';
    throw new Problem('env-refused', error.message, hint, { cause: error });
  }
  if (json) return printJson({ file, passwords });
  printLine(`${file} has new passwords, for you alone: ${passwords.join(', ')}.`);
  printLine('Next: docker compose build && docker compose up --detach --wait');
}
