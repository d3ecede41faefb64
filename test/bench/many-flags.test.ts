import { expect, test } from 'vitest';
import { writeManyFlags } from '../../bench/many-flags.ts';
import { loadCatalogue } from '../../scenarios/catalogue.ts';
import type { FlagDefinition } from '../../scenarios/flag.ts';
import { resolveFault } from '../../scenarios/resolve.ts';
import { temporaryDirectory } from '../support/flags.ts';

test('each of many scenarios fits a flag of its own', async () => {
  const directory = await temporaryDirectory();
  const many = await writeManyFlags(12, directory);
  const { flags } = JSON.parse(many.document) as { flags: Record<string, FlagDefinition> };
  const { scenarios, broken } = loadCatalogue(directory);

  expect(broken).toEqual([]);
  expect(scenarios.map(({ name }) => name)).toEqual(many.scenarios);
  const faults = scenarios.map((scenario) => resolveFault(scenario, flags, { incident: 'one' }));
  expect(faults.map(({ flag }) => flag)).toEqual(many.scenarios.map((name) => name.replace('-', '')));
  expect(flags).toHaveProperty('paymentFailure');
});
