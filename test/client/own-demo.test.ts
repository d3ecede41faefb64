import { chmod, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../bench/free-port.ts';
import { serve } from '../../bench/serve.ts';
import { projectRoot } from '../../environments/root.ts';
import { findTemporalCli } from '../../lab/tools/temporal.ts';
import { frontendAnswers } from '../../lab/supervisor/health.ts';
import type { IncidentResult } from '../../workflows/contract.ts';
import { flagDaemon } from '../support/daemon.ts';
import { flagFile } from '../support/flags.ts';
import { EmbeddedLab } from '../support/lab.ts';
import { patience } from '../support/patience.ts';

/** A Temporal server that is not the lab's, ended with the test. */
async function temporalServer(): Promise<{ address: string; pid: number | undefined }> {
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const args = ['server', 'start-dev', '--headless', '--ip', '127.0.0.1', '--port', String(port)];
  const answers = (): Promise<boolean> => frontendAnswers(address);
  const { child, end } = await serve('the Temporal server', [await findTemporalCli(), ...args], answers);
  onTestFinished(end);
  return { address, pid: child.pid };
}

it("breaks somebody's own demo, on somebody's own Temporal server, and starts neither", async () => {
  const file = await flagFile(await readFile(path.join(projectRoot, 'lab/flags/demo-2.2.0.flagd.json'), 'utf8'));
  const original = await readFile(file, 'utf8');
  const [ofrep, { address }] = await Promise.all([flagDaemon(file), temporalServer()]);

  const env = { INCIDENTFOX_FLAGS: file, INCIDENTFOX_OFREP: ofrep, TEMPORAL_ADDRESS: address };
  const lab = await EmbeddedLab.up(onTestFinished, [], env);
  expect(lab.at).toMatchObject({
    demo: null,
    temporal: { address, pid: null },
    flagd: { ofrep, file, pid: null },
    shop: { url: null, pid: null },
  });

  const result = await lab.json<IncidentResult>('cart-failure', '--duration', '1s');
  expect(result).toMatchObject({ outcome: 'recovered', flag: 'cartFailure', variant: 'on' });
  expect(await readFile(file, 'utf8')).toBe(original);

  // A fault that cannot be withdrawn before the lab goes down is named, and withdrawn as soon as it is up again. Two that
  // bring it up at the same moment find the same lab.
  const { id } = await lab.json<IncidentResult>('ad-failure', '--duration', '10m', '--detach');
  await expect.poll(() => readFile(file, 'utf8'), patience).toContain(id);
  await chmod(file, 0o444);
  expect(await lab.lab('down')).toMatchObject({ exitCode: 3, stderr: expect.stringContaining(id) });
  expect(await frontendAnswers(address)).toBe(true);
  await chmod(file, 0o644);
  const [first, second] = await Promise.all([1, 2].map(() => lab.lab('up', '--detach', '--json')));
  expect(first).toMatchObject({ exitCode: 0, stdout: second?.stdout });
  await expect.poll(() => readFile(file, 'utf8'), patience).toBe(original);
  expect((await lab.lab('down')).exitCode).toBe(0);
});
