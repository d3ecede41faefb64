import { readFile } from 'node:fs/promises';
import { Problem } from '../../workflows/problem.ts';
import { writeWhole } from '../write-whole.ts';
import { type Places } from './places.ts';

/** A state, as far as it matters here; format 4 of both tools. */
export interface Snapshot {
  lineage: string;
  serial: number;
  /** managed, by instance */
  resources: number;
  addresses: string[];
  text: string;
}

interface StateDocument {
  version: number;
  lineage: string;
  serial: number;
  resources: StateResource[];
}

interface StateResource {
  mode: string;
  module?: string;
  type: string;
  name: string;
  instances: { index_key?: string | number }[];
}

/** Undefined for what is no whole state. */
export function snapshotOf(text: string): Snapshot | undefined {
  try {
    const { version, lineage, serial, resources } = JSON.parse(text) as StateDocument;
    if (typeof version !== 'number' || typeof lineage !== 'string' || typeof serial !== 'number') return undefined;
    const addresses = resources.filter(({ mode }) => mode === 'managed').flatMap((resource) => addressesOf(resource));
    return { lineage, serial, resources: addresses.length, addresses, text };
  } catch {
    return undefined;
  }
}

export async function readSnapshot(file: string): Promise<Snapshot | 'missing' | 'broken'> {
  try {
    return snapshotOf(await readFile(file, 'utf8')) ?? 'broken';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'missing';
    throw error;
  }
}

type Memory = Pick<Snapshot, 'lineage' | 'serial' | 'resources'>;

/** The state as it was seen last, however long ago. */
export async function recall(places: Places): Promise<Memory | undefined> {
  return await readFile(places.memory, 'utf8').then(
    (text) => JSON.parse(text) as Memory,
    () => undefined,
  );
}

export async function remember(places: Places, { lineage, serial, resources }: Snapshot): Promise<void> {
  await writeWhole(places.memory, JSON.stringify({ lineage, serial, resources } satisfies Memory));
}

/** Throws Problem `state-missing` where there is none now, but there was one with resources in it. */
export async function refuseToForget(places: Places, where: string, copy?: string): Promise<void> {
  const memory = await recall(places);
  if (!memory || memory.resources === 0) return;
  throw new Problem(
    'state-missing',
    `There is no state at ${where}, where one held ${memory.resources} resources (serial ${memory.serial})`,
    copy === undefined
      ? `Bring it back, e.g. an older version of the object. If all that it held is gone for good, remove ${places.memory}.`
      : `Bring it back: cp ${copy} ${where}. If all that it held is gone for good, remove ${places.memory}.`,
  );
}

function addressesOf({ module, type, name, instances }: StateResource): string[] {
  const base = `${module === undefined ? '' : `${module}.`}${type}.${name}`;
  return instances.map(({ index_key: key }) => (key === undefined ? base : `${base}[${JSON.stringify(key)}]`));
}
