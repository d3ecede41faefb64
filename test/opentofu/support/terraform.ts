import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll } from 'vitest';
import type { Rig } from '../../support/terraform/rig.ts';
import { tofuPath } from '../../support/terraform/tofu.ts';

/** Two resources, one of which writes down that it was begun, and waits for a file `go`, or until there is no directory for it. */
export const gated = `
variable "at" { type = string }
resource "terraform_data" "quick" { input = "quick" }
resource "terraform_data" "slow" {
  provisioner "local-exec" {
    command = "echo begun >> \${var.at}/begun; while [ -d \${var.at} ] && [ ! -e \${var.at}/go ]; do sleep 0.05; done"
  }
}
output "quick" { value = terraform_data.quick.output }
`;

/** Takes OpenTofu for the tests of a file, unless one takes another. */
export function useTofu(): void {
  beforeAll(async () => {
    process.env['TERRAFORM_PATH'] = await tofuPath();
    // a configuration of the person who runs the tests does not count; the simulated providers' does
    if (!existsSync(process.env['TF_CLI_CONFIG_FILE'] ?? '')) process.env['TF_CLI_CONFIG_FILE'] = '/dev/null';
  });
}

/** How often the slow resource was begun. */
export function begun({ at }: Rig): number {
  const file = path.join(at, 'begun');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').length : 0;
}

export async function letGo({ at }: Rig): Promise<void> {
  await writeFile(path.join(at, 'go'), '');
}

/** The processes of the newest run: the tool, and the shell that waits for it. */
export function processesOf({ options }: Rig): [number, number] {
  const runs = path.join(options.directory, 'runs');
  const newest = readdirSync(runs).toSorted().at(-1) ?? '';
  const [tool, shell] = readFileSync(path.join(runs, newest, 'pid'), 'utf8')
    .split(/\s/)
    .map(Number);
  return [tool ?? 0, shell ?? 0];
}

/** A name that nothing else has. */
export function uniqueName(): string {
  return `t${randomUUID().slice(0, 8)}`;
}

/** Undefined where it throws nothing. */
export async function thrownBy(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

export function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
