import pc from 'picocolors';
import { scenarioNamed } from '../../scenarios/catalogue.ts';
import { isAvailable } from '../../scenarios/resolve.ts';
import type { Scenario } from '../../scenarios/schema.ts';
import { liveFlags } from '../live-flags.ts';
import { printJson, printLine } from '../output.ts';

/** `show <scenario>`: what it breaks and why, its blast radius, how to see it, what stays. */
export async function show(name: string, { json = false }: { json?: boolean }): Promise<void> {
  const scenario = scenarioNamed(name);
  const { flags } = await liveFlags();
  const available = isAvailable(scenario, flags);
  if (json) return printJson({ ...scenario, available });
  for (const [heading, text] of sections(scenario)) printLine(`${pc.bold(heading)}\n${indented(text)}\n`);
  if (!available) printLine(pc.yellow('The live flag document has no flag for it.'));
}

function sections(scenario: Scenario): [heading: string, text: string][] {
  const { name, aliases, title, breaks, rootCause, services, symptoms, indicator, lingers, defaultDuration } = scenario;
  const flags = Object.entries(scenario.flags).map(
    ([demo, { flag, variants, defaultVariant }]) =>
      `demo ${demo}: ${flag}, ${variants.join(' | ')} (default ${defaultVariant})`,
  );
  const { service, signal, route = '' } = indicator.embedded;
  const promql = typeof indicator.promql === 'string' ? { all: indicator.promql } : indicator.promql;
  const queries = Object.entries(promql).map(([demo, query]) => `PromQL, ${demo}: ${query.trim()}`);
  return [
    [`${name}: ${title}`, breaks],
    ['Also called', aliases.join(', ') || '-'],
    ['Root cause', rootCause],
    ['Flag', [...flags, `default duration ${defaultDuration}`].join('\n')],
    [
      'Blast radius',
      `hit directly: ${services.direct.join(', ')}\nthrough them: ${services.dependent.join(', ') || '-'}`,
    ],
    ['Symptoms', symptoms.map((symptom) => `- ${symptom}`).join('\n')],
    ['Indicator', [indicator.title, `embedded shop: ${signal} of ${service} ${route}`.trim(), ...queries].join('\n')],
    ['What stays after the rollback', lingers],
  ];
}

function indented(text: string): string {
  return text.trim().replaceAll(/^/gm, '  ');
}
