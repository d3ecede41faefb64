import { expect, it } from 'vitest';
import { taskQueues } from '../../workflows/contract.ts';
import { testLab } from '../support/incidents.ts';

it.each(['deploy', 'teardown'])('%s is refused by a lab that is no cluster, whoever starts it', async (work) => {
  const { env } = await testLab();
  const taskQueue = taskQueues('embedded').main;
  const refused = env.client.workflow.execute(work, { taskQueue, workflowId: `${work}-embedded`, args: [{}] });
  await expect(refused).rejects.toMatchObject({ cause: { type: 'bad-usage', nonRetryable: true } });
});
