import type { AwsEnvironment } from '../../environments/load.ts';
import type { Cost, InfrastructurePlan } from '../../workflows/lifecycle-contract.ts';
import { Problem } from '../../workflows/problem.ts';
import type { Planned, Run } from '../terraform/options.ts';
import type { Terraform } from '../terraform/terraform.ts';
import type { AwsClients } from './clients.ts';
import { costOf, type Sizes } from './cost.ts';
import { readPrices } from './prices.ts';
import { missingQuota } from './quotas.ts';
import { needsOf, sizesIn } from './sizes.ts';

/** How many changes are told one by one. */
const shownChanges = 50;

/**
 * Plans, and tells what it comes to and will cost. Throws Problem `quota-exceeded` where the account may not have as much as the plan
 * makes.
 */
export async function planLab(
  {
    environment,
    clients,
    terraform,
    progress,
    signal,
  }: Run & {
    environment: AwsEnvironment;
    clients: AwsClients;
    terraform: Terraform;
  },
  destroy: boolean,
): Promise<InfrastructurePlan> {
  const {
    hash,
    add,
    change,
    destroy: away,
    changes,
    drifted,
    outputs,
  } = await terraform.plan({ progress, signal }, { destroy });
  const sizes = destroy ? null : sizesIn(await terraform.resources(hash));
  if (sizes && add > 0) {
    const { missing, warnings } = await missingQuota(clients, environment.aws, needsOf(sizes));
    for (const warning of warnings) progress.line(`! ${warning}`);
    if (missing.length > 0) throw tooMuch(missing);
  }
  return {
    hash,
    add,
    change,
    destroy: away,
    changes: mostTelling(changes).map(({ address, action }) => `${action} ${address}`),
    drifted: drifted.slice(0, shownChanges),
    outputs: outputs.length,
    cost: sizes && (await costIn(sizes, environment.aws.region)),
  };
}

function destroys({ action }: Planned['changes'][number]): boolean {
  return action === 'delete' || action === 'replace';
}

/** What is destroyed first: that is what an approval is about. */
function mostTelling(changes: Planned['changes']): Planned['changes'] {
  return [...changes.filter(destroys), ...changes.filter((each) => !destroys(each))].slice(0, shownChanges);
}

/** Null for a region of which the project knows no prices. */
async function costIn(sizes: Sizes, region: string): Promise<Cost | null> {
  const prices = await readPrices();
  if (prices.region !== region) return null;
  const { hourly, monthly, currency, date, unknown } = costOf(sizes, prices);
  return { hourly, monthly, currency, pricesOf: date, unknown };
}

function tooMuch(missing: string[]): Problem {
  return new Problem(
    'quota-exceeded',
    `The account may not have as much as the lab needs: ${missing.join('; ')}`,
    'Ask for more in the console under Service Quotas, or choose less: terraform/presets.',
  );
}
