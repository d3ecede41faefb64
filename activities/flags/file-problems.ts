import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { Problem } from '../../workflows/problem.ts';

/**
 * Mode and owner of a file that may be written. Root may write any file, so the mode is asked too: one marked read-only is
 * meant to stay. Throws Problem `flags-read-only`.
 */
export async function writable(file: string): Promise<{ mode: number; uid: number; gid: number }> {
  const { mode, uid, gid } = await stat(file);
  await access(file, constants.W_OK).catch((error: unknown) => {
    throw readOnly(file, error);
  });
  if ((mode & 0o222) === 0) throw readOnly(file, undefined);
  return { mode: mode & 0o7777, uid, gid };
}

export function unreadable(location: string, error: unknown): Problem {
  const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
  return new Problem(
    missing ? 'flags-missing' : 'flags-unreadable',
    missing
      ? `The flag file ${location} does not exist`
      : `The flag file ${location} cannot be read: ${(error as Error).message}`,
    'Nothing was changed. Restore it, or name another with INCIDENTFOX_FLAGS.',
    { cause: error },
  );
}

const denials = new Set<unknown>(['EACCES', 'EPERM', 'EROFS', undefined]);

/** What was thrown, as Problem `flags-read-only` if it says that nobody may write there. */
export function readOnly(location: string, error: unknown): unknown {
  if (!denials.has((error as NodeJS.ErrnoException | undefined)?.code)) return error;
  const reason = error instanceof Error ? `: ${error.message}` : ': its mode allows nobody to write it';
  return new Problem(
    'flags-read-only',
    `The flag file ${location} cannot be changed${reason}`,
    'Nothing was changed. Make the file and its directory writable for the worker.',
    { cause: error },
  );
}
