import { randomUUID } from 'node:crypto';
import { link, open, rename, rm } from 'node:fs/promises';

/** Puts a whole file in place or leaves it as it was, durable and for its owner only. */
export async function writeWhole(file: string, text: string): Promise<void> {
  await throughDraft(file, text, rename);
}

/** The same, but one that is there stays: rejects with EEXIST. */
export async function writeWholeOnce(file: string, text: string): Promise<void> {
  // unlike a rename, a link takes nobody's place
  await throughDraft(file, text, link);
}

async function throughDraft(
  file: string,
  text: string,
  place: (draft: string, file: string) => Promise<void>,
): Promise<void> {
  const draft = `${file}.${randomUUID()}.new`;
  try {
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await place(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}
