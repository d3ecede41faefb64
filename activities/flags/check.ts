import { type FlagDefinition, flagdDocument } from '../../scenarios/flag.ts';
import { Problem } from '../../workflows/problem.ts';
import { scanDocument } from './places.ts';

/** What checking a document found. */
export type Checked = { problem: string } | { problem: undefined; flags: Record<string, FlagDefinition> };

/** Checks that flagd can use a document, and that it says everything once. */
export function check(text: string): Checked {
  if (text.trim() === '') return { problem: 'is empty' };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problem: `is not JSON: ${(error as Error).message}` };
  }
  const parsed = flagdDocument.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { problem: `is not a flagd document: ${issue?.path.join('.') || 'top level'}: ${issue?.message}` };
  }
  const { repeatedKey } = scanDocument(text);
  if (repeatedKey !== undefined) return { problem: `has the key "${repeatedKey}" twice` };
  return { problem: undefined, flags: parsed.data.flags };
}

/** Checks a flag's text as it would stand in a document. */
export function checkFlag(name: string, text: string): Checked {
  const checked = check(`{"flags":{${JSON.stringify(name)}:${text}}}`);
  // a text that is more than one value would pass for more than one flag
  if (checked.problem === undefined && !isJson(text))
    return { problem: `would have more in flag ${name} than the flag` };
  return checked;
}

/** The flags that were checked. Throws Problem `flags-invalid`, which names `location` and what is wrong. */
export function requireSound(checked: Checked, location: string): Record<string, FlagDefinition> {
  if (checked.problem === undefined) return checked.flags;
  throw new Problem(
    'flags-invalid',
    `The flag document ${location} ${checked.problem}`,
    'Nothing was changed. It must be a flagd document: {"flags": {…}}; restore it and try again.',
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
