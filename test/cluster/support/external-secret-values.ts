import type { ExternalSecret, RemoteRef } from './external-secret.ts';

/** What an ExternalSecret asks for, read from Secrets Manager. Throws with what the operator would say. */
export async function valuesOf(
  { spec }: ExternalSecret,
  read: (id: string, stage: string) => Promise<string>,
): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const [index, { extract }] of (spec.dataFrom ?? []).entries()) {
    const where = `error processing spec.dataFrom[${index}].extract`;
    if (extract) Object.assign(values, await saying(where, async () => fieldsOf(extract, await textOf(extract, read))));
  }
  for (const [index, { secretKey, remoteRef }] of (spec.data ?? []).entries()) {
    const where = `error processing spec.data[${index}] (key: ${remoteRef.key})`;
    values[secretKey] = await saying(where, async () => fieldOf(remoteRef, await textOf(remoteRef, read)));
  }
  return values;
}

async function textOf(
  { key, version = 'AWSCURRENT' }: RemoteRef,
  read: (id: string, stage: string) => Promise<string>,
) {
  try {
    return await read(key, version);
  } catch (error) {
    const { name, message } = error as Error;
    throw new Error(name === 'ResourceNotFoundException' ? 'Secret does not exist' : `${name}: ${message}`, {
      cause: error,
    });
  }
}

function fieldOf({ key, property }: RemoteRef, text: string): string {
  if (property === undefined) return text;
  const value = fieldsOf({ key }, text)[property];
  if (value === undefined) throw new Error(`key ${property} does not exist in secret ${key}`);
  return value;
}

function fieldsOf({ key }: RemoteRef, text: string): Record<string, string> {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    throw new Error(`unable to unmarshal secret ${key}`);
  }
  if (typeof found !== 'object' || found === null) throw new Error(`unable to unmarshal secret ${key}`);
  const entries = Object.entries(found).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}

async function saying<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new Error(`${where}, err: ${(error as Error).message}`, { cause: error });
  }
}
