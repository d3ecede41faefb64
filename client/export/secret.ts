import { userField } from '../../activities/secrets/fields.ts';
import type { Vault } from '../../activities/secrets/vault.ts';
import type { SecretPlace } from '../../environments/load.ts';
import { fieldsToExport } from './fields.ts';

/** A secret as it is written down. */
export interface ExportedSecret {
  key: string;
  /** in Secrets Manager */
  name: string;
  version: string;
  /** where people look at it */
  url: string;
  user: string;
  password: string;
  /** its other fields */
  others: Record<string, string>;
  /** all of them, as they are */
  fields: Record<string, string>;
}

/**
 * The current version of each secret of a lab, and the keys of those that are left out because their deletion is scheduled. Throws the
 * Problems of Vault; quotes no value.
 */
export async function readForExport(
  vault: Vault,
  { region }: SecretPlace,
): Promise<{ secrets: ExportedSecret[]; scheduled: string[] }> {
  const { keys, scheduled } = await vault.keys();
  const secrets: ExportedSecret[] = [];
  for (const key of keys) {
    const { version, text } = await vault.readText(key);
    secrets.push(toExport({ key, name: vault.nameOf(key), version, text, region }));
  }
  return { secrets, scheduled };
}

/** Tells user and password from the other fields, where that can be told. */
export function toExport(
  given: Pick<ExportedSecret, 'key' | 'name' | 'version'> & { text: string; region: string },
): ExportedSecret {
  const { key, name, version, text, region } = given;
  const fields = fieldsToExport(text);
  const user = userField(fields);
  const password = passwordIn(Object.keys(fields).filter((field) => field !== user));
  const others = Object.fromEntries(Object.entries(fields).filter(([field]) => field !== user && field !== password));
  return {
    key,
    name,
    version,
    url: consoleUrl(name, region),
    user: user === undefined ? '' : (fields[user] ?? ''),
    password: password === undefined ? '' : (fields[password] ?? ''),
    others,
    fields,
  };
}

/** The field that is named like one, or the only one that there is. */
function passwordIn(names: string[]): string | undefined {
  const [first, ...further] = names.filter((field) => /(^|[-_])password$/i.test(field));
  if (first !== undefined) return further.length === 0 ? first : undefined;
  return names.length === 1 ? names[0] : undefined;
}

function consoleUrl(name: string, region: string): string {
  const host = region.startsWith('cn-')
    ? 'console.amazonaws.cn'
    : region.startsWith('us-gov-')
      ? 'console.amazonaws-us-gov.com'
      : `${region}.console.aws.amazon.com`;
  return `https://${host}/secretsmanager/secret?name=${encodeURIComponent(name)}&region=${region}`;
}
