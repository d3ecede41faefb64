import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';

/** Puts a whole file in place or leaves it as it was, durable and for its owner only. */
export async function writeWhole(file: string, text: string): Promise<void> {
  const next = `${file}.${randomUUID()}.new`;
  try {
    const handle = await open(next, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(next, file);
  } finally {
    await rm(next, { force: true });
  }
}
