import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Run, TerraformOptions } from '../../../activities/terraform/options.ts';
import { Terraform } from '../../../activities/terraform/terraform.ts';
import type { ResourceProgress } from '../../../workflows/lifecycle-contract.ts';
import { temporaryDirectory } from '../flags.ts';

/** A configuration in a directory of its own, with the lab's directory beside it. */
export interface Rig {
  /** for what the configuration writes and waits for */
  at: string;
  options: TerraformOptions;
  terraform: Terraform;
}

export async function rigOf(configuration: string, options: Partial<TerraformOptions> = {}): Promise<Rig> {
  const at = await temporaryDirectory();
  const source = path.join(at, 'source');
  await mkdir(source);
  await writeFile(path.join(source, 'main.tf'), configuration);
  const all: TerraformOptions = {
    configuration: source,
    directory: path.join(at, 'lab'),
    variableFiles: [],
    variables: configuration.includes('variable "at"') ? { at } : {},
    state: { backend: 'local' },
    ...options,
  };
  return { at, options: all, terraform: new Terraform(all) };
}

export interface Onlooker extends Run {
  lines: string[];
  shown: ResourceProgress[];
  cancel: (reason?: Error) => void;
}

export function onlooker(): Onlooker {
  const controller = new AbortController();
  const lines: string[] = [];
  const shown: ResourceProgress[] = [];
  return {
    lines,
    shown,
    signal: controller.signal,
    cancel: (reason = new Error('cancelled')) => controller.abort(reason),
    progress: {
      line: (text) => void lines.push(text),
      show: ({ resources }) => void (resources && shown.push(resources)),
    },
  };
}
