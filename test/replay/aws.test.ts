import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { run } from '../../activities/command.ts';
import { projectRoot } from '../../environments/root.ts';
import { findTemporalCli } from '../../lab/tools/temporal.ts';
import { lifecycleMessages } from '../../workflows/lifecycle-contract.ts';
import { AwsLab } from '../aws/support/aws-lab.ts';
import { awsLifecycles } from './lives.ts';

const { version } = JSON.parse(readFileSync(path.join(projectRoot, 'package.json'), 'utf8')) as { version: string };
const file = (name: string): string => path.join(projectRoot, 'test/replay', `${name}-v${version}.json`);

// Like lifecycle.test.ts; needs the control plane of test/cluster and the simulated providers of test/aws.
it('record how a lab on AWS comes and goes', async () => {
  if (awsLifecycles.some((name) => !existsSync(file(name)))) {
    const aws = await AwsLab.up(onTestFinished);
    const show = async (workflowId: string, name: string): Promise<void> => {
      const args = ['workflow', 'show', '--workflow-id', workflowId, '--address', aws.lab.at.temporal.address];
      const { stdout } = await run(await findTemporalCli(), [...args, '--output', 'json']);
      await writeFile(file(name), `${stdout}\n`);
    };
    const deploy = await aws.start('deploy', { ttl: '1h' });
    const { plan } = await aws.shows(deploy, (now) => Boolean(now.plan));
    await aws.client.workflow.getHandle('lifecycle-aws').signal(lifecycleMessages.approve, { hash: plan?.hash });
    await deploy.result();
    await show(deploy.workflowId, 'deploy-aws');
    await show('lifecycle-aws', 'deploy-aws-child');
    const teardown = await aws.start('teardown');
    await teardown.result();
    await show(teardown.workflowId, 'teardown-aws');
    await show('lifecycle-aws', 'teardown-aws-child');
    await aws.client.workflow.getHandle('lifetime-aws').result();
    await show('lifetime-aws', 'lifetime');
  }
  for (const name of awsLifecycles) expect(existsSync(file(name))).toBe(true);
}, 300_000);
