import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { startFlagDaemon } from '../flag-daemon.ts';
import { type LabStatus, withDirectory, withLab } from '../lab.ts';
import { writeManyFlags } from '../many-flags.ts';

/** A lab without the shop (its flags are somebody's own), so that only what incidents need is measured. */
export async function withManyFlags<T>(
  count: number,
  work: (client: Client, file: string, scenarios: string[], lab: LabStatus) => Promise<T>,
): Promise<T> {
  return await withDirectory(async (directory) => {
    const { document, scenarios } = await writeManyFlags(count, path.join(directory, 'scenarios'));
    const file = path.join(directory, 'demo.flagd.json');
    await writeFile(file, document);
    const { ofrep, end } = await startFlagDaemon(file);
    try {
      const env = {
        INCIDENTFOX_SCENARIOS: path.join(directory, 'scenarios'),
        INCIDENTFOX_FLAGS: file,
        INCIDENTFOX_OFREP: ofrep,
      };
      return await withLab(
        async ({ status }) => {
          const connection = await Connection.connect({ address: status.temporal.address });
          return await work(new Client({ connection }), file, scenarios, status).finally(() => connection.close());
        },
        { env },
      );
    } finally {
      await end();
    }
  });
}
