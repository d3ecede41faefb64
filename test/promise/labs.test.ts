import { copyFile, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { projectRoot } from '../../environments/root.ts';
import type { IncidentResult } from '../../workflows/contract.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { flagDaemon } from '../support/daemon.ts';
import { temporaryDirectory } from '../support/flags.ts';
import { expectRecovered, expectTruth, incidentTable, resultOf, startWatched } from './support/incident.ts';
import { Rig } from './support/rig.ts';
import { startWorker } from './support/worker.ts';

// two labs on one Temporal server
const cleanup = fileCleanup();
const report = incidentTable('two labs on one server');
let rig: Rig;
beforeAll(async () => {
  rig = await Rig.up(cleanup);
});

/** Another lab's worker on the first lab's server, with flags of its own. Answers its flag file. */
async function otherWorker(namespace: string): Promise<string> {
  const file = path.join(await temporaryDirectory(), 'demo.flagd.json');
  await copyFile(path.join(projectRoot, 'lab/flags/demo-3.0.0.flagd.json'), file);
  const env = {
    ...rig.lab.env,
    INCIDENTFOX_LAB: path.dirname(file),
    INCIDENTFOX_FLAGS: file,
    INCIDENTFOX_OFREP: await flagDaemon(file),
    INCIDENTFOX_SHOP: '',
    TEMPORAL_ADDRESS: rig.lab.at.temporal.address,
    TEMPORAL_NAMESPACE: namespace,
  };
  startWorker(onTestFinished, env);
  return file;
}

describe('a second lab', () => {
  it('in a namespace of its own has its own incidents, and neither touches the other’s flags', async ({ task }) => {
    await rig.client.workflowService.registerNamespace({
      namespace: 'second',
      workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
    });
    const file = await otherWorker('second');
    const before = await stat(file);
    const own = await startWatched(rig, 'paymentFailure', { scenario: 'payment-failure', duration: '3s' });
    const result = await resultOf(rig, own.handle);
    expectTruth(rig, result, own.watch);
    expectRecovered(result);
    expect((await stat(file)).mtimeMs).toBe(before.mtimeMs);
    await rig.whole();
    report(task.meta, 'two namespaces', { rig, watch: own.watch, result });
    own.watch.stop();
  });

  it('on the same task queue, by mistake: an incident stays in the lab that resolved it', async ({ task }) => {
    const file = await otherWorker('default');
    await expect.poll(async () => (await pollers()).length).toBeGreaterThan(1);
    for (let round = 0; round < 4; round += 1) {
      const [first, second] = await Promise.all([
        startWatched(rig, 'paymentFailure', { scenario: 'payment-failure', duration: '2s' }),
        startWatched(rig, 'adFailure', { scenario: 'ad-failure', duration: '2s' }),
      ]);
      const results = await Promise.all([first, second].map(({ handle }) => resultOf(rig, handle)));
      for (const [index, result] of (results as IncidentResult[]).entries()) {
        expect(['recovered', 'failed', 'refused', 'invalid-injection']).toContain(result.outcome);
        // either worker may have had any part of it: only its end is looked at
        report(task.meta, `one task queue, incident ${round * 2 + index + 1}`, { rig, watch: undefined, result });
      }
      for (const { watch } of [first, second]) watch.stop();
    }
    await rig.whole();
    expect(await readFile(file, 'utf8')).toBe(rig.original);
  });
});

async function pollers() {
  const { pollers: present } = await rig.client.workflowService.describeTaskQueue({
    namespace: 'default',
    taskQueue: { name: 'incidentfox-embedded' },
    taskQueueType: 1,
  });
  return present ?? [];
}
