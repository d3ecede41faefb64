import { randomUUID } from 'node:crypto';
import { link, open, rm } from 'node:fs/promises';

/** Why a file was not written. `isThere`: because there is one of that name. */
export class NotWritten extends Error {
  readonly isThere: boolean;

  constructor(file: string, cause: NodeJS.ErrnoException) {
    const isThere = cause.code === 'EEXIST';
    super(isThere ? `${file} is there already` : `${file} cannot be written (${cause.code})`, { cause });
    this.isThere = isThere;
  }
}

/** Makes a file whole, durable and for its owner only, or not at all; one that is there stays. Throws NotWritten. */
export async function writeOnce(file: string, text: string): Promise<void> {
  const draft = `${file}.${randomUUID()}.new`;
  try {
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    // unlike a rename, a link takes nobody's place
    await link(draft, file);
  } catch (error) {
    throw new NotWritten(file, error as NodeJS.ErrnoException);
  } finally {
    await rm(draft, { force: true });
  }
}
