import type { ExportedSecret } from '../../../client/export/secret.ts';

/** A secret with these fields, the first of which names the user and the second the password. */
export function exported(key: string, fields: Record<string, string>): ExportedSecret {
  const [user = '', password = '', ...others] = Object.values(fields);
  const names = Object.keys(fields).slice(2);
  return {
    key,
    name: `lab/${key}`,
    version: '0b0e7d2c-0000-4000-8000-000000000001',
    url: `https://example.invalid/${key}`,
    user,
    password,
    others: Object.fromEntries(names.map((name, index) => [name, others[index] ?? ''])),
    fields,
  };
}

/** What people and generators put into passwords. */
export const awkward = [
  'plain',
  '',
  ' with spaces ',
  'with "double" quotes',
  "it's",
  '=SUM(A1)',
  '-1',
  'a,b;c\td',
  'two\nlines',
  '$HOME `id` $(id) \\n',
  '#no comment',
  'pässwörd 🔑',
];
