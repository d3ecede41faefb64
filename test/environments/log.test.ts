import { open, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { start } from '../../activities/command.ts';
import { projectRoot } from '../../environments/root.ts';
import { temporaryDirectory } from '../support/flags.ts';

// /dev/full fails every write as a full disk does
it('a logger whose disk is full loses its lines, not its process', async () => {
  const script = path.join(await temporaryDirectory(), 'logs.mjs');
  const log = pathToFileURL(path.join(projectRoot, 'dist/environments/log.js'));
  await writeFile(
    script,
    `import { openLogger } from '${log.href}';
     const log = openLogger('test');
     for (let line = 0; line < 100; line += 1) log.error({ line }, 'cannot reconcile');
     setTimeout(() => log.error('still there'), 50);
     setTimeout(() => process.exit(7), 100);`,
  );
  const full = await open('/dev/full', 'w');
  const { exitCode } = await start(process.execPath, [script], { output: full.fd });
  await full.close();
  expect(exitCode).toBe(7);
});
