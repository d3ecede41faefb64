import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import getPort from 'get-port';
import { start } from '../../activities/command.ts';
import { projectRoot } from '../../environments/root.ts';
import { withDirectory, withLab } from '../lab.ts';
import { writeManyFlags } from '../many-flags.ts';
import { waitUntil } from '../measure.ts';

/** A lab without the shop (its flags are somebody's own), so that only what incidents need is measured. */
export async function withManyFlags<T>(
  count: number,
  work: (client: Client, file: string, scenarios: string[]) => Promise<T>,
): Promise<T> {
  return await withDirectory(async (directory) => {
    const { document, scenarios } = await writeManyFlags(count, path.join(directory, 'scenarios'));
    const file = path.join(directory, 'demo.flagd.json');
    await writeFile(file, document);
    const port = await getPort({ host: '127.0.0.1' });
    const ofrep = `http://127.0.0.1:${port}`;
    const main = path.join(projectRoot, 'dist/lab/flagd/main.js');
    const daemon = start(process.execPath, [main, '--port', String(port), '--file', file]);
    try {
      const ready = async (): Promise<boolean> => (await fetch(`${ofrep}/readyz`).catch(() => undefined))?.ok ?? false;
      await waitUntil(ready, 30_000, 'the flag daemon answers');
      const env = {
        INCIDENTFOX_SCENARIOS: path.join(directory, 'scenarios'),
        INCIDENTFOX_FLAGS: file,
        INCIDENTFOX_OFREP: ofrep,
      };
      return await withLab(
        async ({ status }) => {
          const connection = await Connection.connect({ address: status.temporal.address });
          return await work(new Client({ connection }), file, scenarios).finally(() => connection.close());
        },
        { env },
      );
    } finally {
      daemon.kill('SIGKILL');
      await daemon;
    }
  });
}
