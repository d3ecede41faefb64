import { access, lstat, realpath } from 'node:fs/promises';
import path from 'node:path';
import { writeWhole, writeWholeOnce } from '../../activities/write-whole.ts';
import { Problem } from '../../workflows/problem.ts';

/**
 * The real path of a file that secrets may be written to: one that is not there, outside any git work tree. `force` allows a plain file
 * that is there, and a work tree. Throws Problem `export-refused`.
 */
export async function requireSafePlace(named: string, force: boolean): Promise<string> {
  const directory = await realpath(path.dirname(named)).catch((error: unknown) => {
    throw unwritable(named, error);
  });
  const file = path.join(directory, path.basename(named));
  const found = await lstat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw unwritable(file, error);
  });
  if (found && !found.isFile()) {
    const kind = found.isDirectory() ? 'a directory' : found.isSymbolicLink() ? 'a symbolic link' : 'no plain file';
    throw refused(`${file} is ${kind}`, 'Name a file that is not there yet.');
  }
  if (force) return file;
  if (found) throw refused(`${file} is there already`, 'Name another file, or give --force to replace it.');
  const tree = await workTreeOf(directory);
  if (tree === null) return file;
  throw refused(
    `${file} would be in the git work tree ${tree}, from where secrets get published`,
    'Name a file elsewhere, or give --force.',
  );
}

/** Writes it whole or not at all, for its owner alone. Throws Problem `export-refused`. */
export async function writeSecretFile(file: string, text: string, force: boolean): Promise<void> {
  try {
    await (force ? writeWhole : writeWholeOnce)(file, text);
  } catch (error) {
    throw unwritable(file, error);
  }
}

async function workTreeOf(directory: string): Promise<string | null> {
  // a directory, or in a linked work tree and a submodule a file
  const isHere = await access(path.join(directory, '.git')).then(
    () => true,
    () => false,
  );
  if (isHere) return directory;
  const parent = path.dirname(directory);
  return parent === directory ? null : await workTreeOf(parent);
}

function unwritable(file: string, error: unknown): Problem {
  const { code } = error as NodeJS.ErrnoException;
  const reasons: Record<string, string> = {
    ENOENT: 'its directory is not there',
    ENOTDIR: 'its directory is a file',
    EACCES: 'you may not write there',
    EROFS: 'nothing can be written there',
    EEXIST: 'it has just been made by somebody else',
    ENOSPC: 'the disk is full',
    EDQUOT: 'your share of the disk is used up',
    EFBIG: 'files may not become that large here',
    ELOOP: 'its directory is a circle of symbolic links',
    ENAMETOOLONG: 'its name is too long',
  };
  const reason = reasons[code ?? ''] ?? code ?? 'no reason was given';
  return refused(`${file} cannot be written: ${reason}`, 'Nothing was left there. Name another file.');
}

function refused(message: string, hint: string): Problem {
  return new Problem('export-refused', message, hint);
}
