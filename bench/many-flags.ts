import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { projectRoot } from '../environments/root.ts';
import type { FlagDefinition } from '../scenarios/flag.ts';
import type { Scenario } from '../scenarios/schema.ts';

/** What a lab needs in order to run many incidents at once. */
export interface ManyFlags {
  /** the demo's flag document with `count` flags more; put it where the lab keeps its own */
  document: string;
  /** names of the scenarios, one a flag */
  scenarios: string[];
}

/**
 * Writes `count` scenarios, `many-0001` on, into a directory for INCIDENTFOX_SCENARIOS, and answers the flag document that
 * they fit, with flags `many0001` on. Each is payment-failure under another name: an incident takes a whole flag.
 */
export async function writeManyFlags(count: number, directory: string): Promise<ManyFlags> {
  const scenario = parse(await read('scenarios/payment-failure.yaml')) as Scenario;
  const document = JSON.parse(await read('lab/flags/demo-3.0.0.flagd.json')) as {
    flags: Record<string, FlagDefinition>;
  };
  const flag = document.flags['paymentFailure'];
  if (!flag) throw new Error('The demo has no flag paymentFailure');

  const numbers = Array.from({ length: count }, (_, index) => String(index + 1).padStart(4, '0'));
  await mkdir(directory, { recursive: true });
  for (const number of numbers) {
    document.flags[`many${number}`] = flag;
    await writeFile(path.join(directory, `many-${number}.yaml`), stringify(cloned(scenario, number)));
  }
  return { document: JSON.stringify(document, null, 2), scenarios: numbers.map((number) => `many-${number}`) };
}

const read = (file: string): Promise<string> => readFile(path.join(projectRoot, file), 'utf8');

function cloned(scenario: Scenario, number: string): Scenario {
  const flags = Object.entries(scenario.flags).map(([version, entry]) => [
    version,
    { ...entry, flag: `many${number}` },
  ]);
  return { ...scenario, name: `many-${number}`, aliases: [], flags: Object.fromEntries(flags) as Scenario['flags'] };
}
