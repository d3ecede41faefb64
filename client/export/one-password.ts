import { Problem } from '../../workflows/problem.ts';
import type { ExportedSecret } from './secret.ts';

/**
 * Items as `op item create -` takes them from its input: it takes one at a time, and so they are one a line. Sources:
 * https://developer.1password.com/docs/cli/item-template-json, "Item template keys", and
 * https://developer.1password.com/docs/cli/item-create, "Create an item with a JSON template".
 */
export function asOnePasswordJson(secrets: ExportedSecret[]): string {
  return secrets.map((secret) => `${JSON.stringify(itemOf(secret))}\n`).join('');
}

function itemOf({ name, version, user, password, others }: ExportedSecret): object {
  return {
    title: name,
    category: 'LOGIN',
    tags: ['incidentfox'],
    fields: [
      ...(user === '' ? [] : [{ id: 'username', type: 'STRING', purpose: 'USERNAME', label: 'username', value: user }]),
      { id: 'password', type: 'CONCEALED', purpose: 'PASSWORD', label: 'password', value: password },
      { id: 'notesPlain', type: 'STRING', purpose: 'NOTES', label: 'notesPlain', value: noteOf(version) },
      ...Object.entries(others).map(([label, value]) => ({ type: 'CONCEALED', label, value })),
    ],
  };
}

/**
 * A table of logins as the app imports it. Source: https://support.1password.com/import-1password-com/, "Prepare your CSV file", and
 * https://support.1password.com/cs/import-mac/ for the order of the columns; what has none goes to the notes. Throws Problem
 * `export-refused`, which quotes no value.
 */
export function asOnePasswordCsv(secrets: ExportedSecret[]): string {
  const rows = secrets.map(({ name, version, url, user, password, others }) => {
    if ([user, password, ...Object.values(others)].some((value) => /\p{Surrogate}/u.test(value))) {
      const hint = 'Nothing was written. Format 1password-json can hold it.';
      throw new Problem('export-refused', `${name} holds half a character, which no CSV file can`, hint);
    }
    const notes = [...Object.entries(others).map(([field, value]) => `${field}: ${value}`), noteOf(version)];
    return [name, url, user, password, notes.join('\n')];
  });
  return [['Title', 'Website', 'Username', 'Password', 'Notes'], ...rows]
    .map((row) => `${row.map(quoted).join()}\r\n`)
    .join('');
}

/** RFC 4180, section 2; blanks at the ends, so that nobody trims them. */
function quoted(value: string): string {
  return /[",\r\n]|^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

function noteOf(version: string): string {
  return `Version ${version} in AWS Secrets Manager, which is where it is made and changed.`;
}
