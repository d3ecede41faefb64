import { createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../../bench/free-port.ts';
import { type ProcessRef, processRef } from '../../../lab/process.ts';
import { Ports } from '../../../lab/supervisor/ports.ts';

async function portsOf(pid: number): Promise<Ports> {
  const ports = new Ports((await processRef(pid)) as ProcessRef);
  onTestFinished(() => ports.release());
  return ports;
}

it('steps over a port that is taken and one that another lab has claimed', async () => {
  const first = await freePort();
  const server = createServer().listen(first, '127.0.0.1');
  onTestFinished(() => void server.close());
  const [ours, theirs] = [await portsOf(process.pid), await portsOf(process.ppid)];
  const claimed = await ours.next(first);
  expect(claimed).toBeGreaterThan(first);
  expect(await theirs.next(first)).toBeGreaterThan(claimed);
});
