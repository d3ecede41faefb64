import { parseTree } from 'jsonc-parser';

/**
 * The fields of a secret's text, as they are to be written down. What is no text stays the JSON that it was, digit by digit, which
 * parsing would round. A text that is no JSON object is a single field, `password`.
 */
export function fieldsToExport(text: string): Record<string, string> {
  const parsed = objectIn(text);
  if (!parsed) return { password: text };
  const fields = (parseTree(text)?.children ?? []).flatMap(({ children: [name, value] = [] }) => {
    if (!name || !value) return [];
    const known = parsed[String(name.value)];
    const written = typeof known === 'string' ? known : text.slice(value.offset, value.offset + value.length);
    return [[String(name.value), written] as const];
  });
  return Object.fromEntries(fields);
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    // its message would quote the text
    return undefined;
  }
}
