import type { Tag } from '@aws-sdk/client-secrets-manager';
import { z } from 'zod';
import { Problem } from '../../workflows/problem.ts';

const form = z.record(z.string(), z.string());

/** The fields of a secret's text. Throws Problem `secret-invalid`, which quotes nothing of it. */
export function fieldsIn(name: string, text: string): Record<string, string> {
  const fields = form.safeParse(jsonIn(text));
  if (fields.success) return fields.data;
  throw new Problem(
    'secret-invalid',
    `Secret ${name} is not a JSON object whose fields are text`,
    'Put it right in Secrets Manager, like {"username":"…","password":"…"}.',
  );
}

/** The field that a rotation changes: the one that tag `PasswordField` names, or the only one that looks like it. */
export function passwordField(name: string, fields: Record<string, string>, tags: Tag[] = []): string {
  const named = tags.find(({ Key }) => Key === 'PasswordField')?.Value;
  const candidates =
    named === undefined ? Object.keys(fields).filter((field) => /(^|[-_])password$/i.test(field)) : [named];
  const [field] = candidates;
  if (field !== undefined && candidates.length === 1 && field in fields) return field;
  throw new Problem(
    'secret-invalid',
    `Which field of secret ${name} is the password cannot be told`,
    'Name it in the tag PasswordField of that secret.',
  );
}

/** Who logs in with it, and by what. Throws Problem `secret-invalid`. */
export function credentialsIn(
  name: string,
  fields: Record<string, string>,
  tags: Tag[] = [],
): { user: string; password: string } {
  const user = fields[userField(fields) ?? ''];
  const password = fields[passwordField(name, fields, tags)];
  if (user !== undefined && password !== undefined) return { user, password };
  throw new Problem('secret-invalid', `Secret ${name} names no user`, 'It needs a field such as username.');
}

/** The field that names the user. */
export function userField(fields: Record<string, string>): string | undefined {
  return Object.keys(fields).find((field) => /user(name)?$/i.test(field));
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
