import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { writeWholeOnce } from '../../activities/write-whole.ts';
import { projectRoot } from '../../environments/root.ts';
import { Problem } from '../../workflows/problem.ts';
import { printJson, printLine } from '../output.ts';

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
    await writeWholeOnce(file, about + lines.join(''));
  } catch (error) {
    throw notWritten(file, error as NodeJS.ErrnoException);
  }
  if (json) return printJson({ file, passwords });
  printLine(`${file} has new passwords, for you alone: ${passwords.join(', ')}.`);
  printLine('Next: docker compose build && docker compose up --detach --wait');
}

function notWritten(file: string, cause: NodeJS.ErrnoException): Problem {
  const [message, hint] =
    cause.code === 'EEXIST'
      ? ['is there already', 'It is kept: the database knows the password in it. docs/team.md says how to change one.']
      : [`cannot be written (${cause.code})`, 'Nothing was left there. Name another file with --out.'];
  return new Problem('env-refused', `${file} ${message}`, hint, { cause });
}
