import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../bench/free-port.ts';
import { serve } from '../../bench/serve.ts';
import { projectRoot } from '../../environments/root.ts';
import { flagFile } from './flags.ts';

it('fails with what the program printed when it ends before it answers', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void taken.close());
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const main = path.join(projectRoot, 'dist/lab/flagd/main.js');
  const command = [process.execPath, main, '--port', String(port), '--file', await flagFile()] as const;
  await expect(serve('the flag daemon', [...command], () => Promise.resolve(false))).rejects.toThrow(
    /^the flag daemon ended before it answered\n[^]*EADDRINUSE/,
  );
});

it('has a port held while the process that asked for it lives', async () => {
  const port = await freePort();
  const other = createSocket('udp4').bind({ address: '127.0.0.1', port, exclusive: true });
  onTestFinished(() => void other.close());
  const [error] = (await once(other, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('EADDRINUSE');
});
