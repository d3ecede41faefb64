import { readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../environments/root.ts';

/** One instruction of the Dockerfile, its continued lines joined: `COPY`, `helm ./helm`. */
export interface Instruction {
  verb: string;
  text: string;
}

export interface Stage {
  /** its name, or its number where it has none */
  name: string;
  from: string;
  instructions: Instruction[];
}

export const dockerfile = path.join(projectRoot, 'Dockerfile');

/** The stages of the Dockerfile, in order. */
export function readStages(text = readFileSync(dockerfile, 'utf8')): Stage[] {
  const stages: Stage[] = [];
  const lines = text.split('\n').filter((line) => !/^\s*#/.test(line) && line.trim() !== '');
  for (const line of lines
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')) {
    const [verb = '', ...rest] = line.split(' ');
    if (verb === 'FROM') {
      const [from = '', , name = String(stages.length)] = rest;
      stages.push({ name, from, instructions: [] });
    } else stages.at(-1)?.instructions.push({ verb, text: rest.join(' ') });
  }
  return stages;
}

export function stageNamed(name: string): Stage {
  const stage = readStages().find((each) => each.name === name);
  if (!stage) throw new Error(`the Dockerfile has no stage ${name}`);
  return stage;
}

/** What a stage copies out of the project: sources and where to. */
export function copiesOf({ instructions }: Stage, from?: string): { sources: string[]; to: string }[] {
  return instructions
    .filter(({ verb }) => verb === 'COPY')
    .map(({ text }) => /^(?:--from=(?<stage>\S+) )?(?<files>.*)$/.exec(text)?.groups ?? {})
    .filter(({ stage }) => stage === from)
    .map(({ files = '' }) => {
      const all = files.split(' ');
      return { sources: all.slice(0, -1), to: all.at(-1) ?? '' };
    });
}
