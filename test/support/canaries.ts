import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Client } from '@temporalio/client';

/** A value as it may be written somewhere: as it is, in hexadecimal, or in base64 wherever in a text it stood. */
export function formsOf(value: string): string[] {
  const inBase64 = [0, 1, 2].map((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), Buffer.from(value)]).toString('base64');
    // without the characters that what stands around it has a share in
    const end = ((before + Buffer.byteLength(value)) * 8) / 6;
    return whole.slice(Math.ceil((before * 8) / 6), Math.floor(end));
  });
  const web = inBase64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  const inHexadecimal = Buffer.from(value).toString('hex');
  return [...new Set([value, inHexadecimal, inHexadecimal.toUpperCase(), ...inBase64, ...web])];
}

/** Whether one of the values stands in it, in any of those forms. */
export function holds(content: Buffer | string, values: readonly string[]): boolean {
  return values.flatMap(formsOf).some((form) => content.includes(form));
}

/** Files below the directories in which one of the values stands. */
export function filesWith(values: readonly string[], directories: readonly string[]): string[] {
  return directories.flatMap(filesBelow).filter((file) => holds(contentOf(file), values));
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true })
    .map((name) => path.join(directory, String(name)))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true);
}

function contentOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    // gone meanwhile
    return Buffer.alloc(0);
  }
}

/** Ids of the workflows in whose history one of the values stands, payloads decoded, and how many there were. */
export async function historiesWith(
  values: readonly string[],
  client: Client,
): Promise<{ of: number; found: string[] }> {
  const found: string[] = [];
  let of = 0;
  for await (const { workflowId, runId } of client.workflow.list()) {
    of += 1;
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    if (leavesOf(history).some((leaf) => holds(leaf, values))) found.push(workflowId);
  }
  return { of, found };
}

/** Every text and every payload's bytes in it. */
export function leavesOf(value: unknown): (Buffer | string)[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array) return [Buffer.from(value)];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => [name, ...leavesOf(each)]);
}

/** What the machine's processes were started with, their arguments and environments, for as long as it is looked at. */
export class ProcessWatch {
  readonly #seen = new Set<string>();
  readonly #timer: NodeJS.Timeout;

  constructor(every = 200) {
    this.#timer = setInterval(() => this.#look(), every);
    this.#look();
  }

  get count(): number {
    return this.#seen.size;
  }

  /** Those in which one of the values stands, without what they hold. */
  with(values: readonly string[]): number {
    this.#look();
    return [...this.#seen].filter((text) => holds(text, values)).length;
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      for (const name of ['cmdline', 'environ']) this.#seen.add(contentOf(`/proc/${pid}/${name}`).toString('latin1'));
    }
  }
}
