import { Problem } from '../../workflows/problem.ts';
import type { ExportedSecret } from './secret.ts';

/**
 * Lines `KEY_FIELD='value'`, which a POSIX shell and Node's `--env-file` read alike. Throws Problem `export-refused`, naming the variable
 * but not its value, for one that they would read differently or not at all.
 */
export function asEnv(secrets: ExportedSecret[]): string {
  const variables = secrets.flatMap(({ key, fields }) =>
    Object.entries(fields).map(([field, value]) => ({ name: variableOf(key, field), value })),
  );
  const twice = variables.find(({ name }, index) => variables.some((other, at) => at < index && other.name === name));
  if (twice) throw refused(`Two fields would both be ${twice.name}`);
  return variables.map(({ name, value }) => `${name}=${quoted(name, value)}\n`).join('');
}

function variableOf(key: string, field: string): string {
  const name = `${key}_${field}`.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');
  if (!/^\d/.test(name)) return name;
  throw refused(`${name} is no name of a variable, as it begins with a digit`);
}

function quoted(name: string, value: string): string {
  // a shell cannot hold the first, Node drops the second, and half a character is none in a file
  if (/[\0\r]|\p{Surrogate}/u.test(value)) throw refused(`${name} cannot be written so that it is read as it is`);
  if (!value.includes("'")) return `'${value}'`;
  // in double quotes a shell expands some of these, and Node others
  if (/["$`\\]/.test(value)) throw refused(`${name} cannot be written so that a shell and Node read it alike`);
  return `"${value}"`;
}

function refused(message: string): Problem {
  return new Problem('export-refused', message, 'Nothing was written. Format 1password-json can hold it.');
}
