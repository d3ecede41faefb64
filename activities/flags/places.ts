import { applyEdits, modify, visit } from 'jsonc-parser';
import { Problem } from '../../workflows/problem.ts';

/** Where a flag's definition stands in a document's text. */
export interface Place {
  offset: number;
  length: number;
}

export interface Scanned {
  /** by flag, in the order of the text; of a flag that is written twice the last place, which is the one that counts in JSON */
  places: Map<string, Place>;
  /** the first key that an object has twice */
  repeatedKey: string | undefined;
}

/**
 * Finds every flag of a flagd document in one pass, as far as the text can be read: a withdrawal must get through whatever
 * somebody has made of what stands around it. Throws Problem `flags-invalid` where it is no JSON object at all.
 */
export function scanDocument(text: string): Scanned {
  const places = new Map<string, Place>();
  const keys: Set<string>[] = [];
  let repeatedKey: string | undefined;
  let inFlags = false;
  let flag: { name: string; offset: number } | undefined;
  // depth 1 is the document's own object, depth 2 that of the flags
  let depth = 0;

  const begin = (offset: number): void => {
    if (inFlags && depth === 2 && flag?.offset === -1) flag.offset = offset;
    depth += 1;
  };
  const end = (offset: number, length: number): void => {
    depth -= 1;
    if (depth === 1) inFlags = false;
    if (depth === 2) finish(offset + length);
  };
  const finish = (to: number): void => {
    if (flag && flag.offset >= 0) {
      places.delete(flag.name);
      places.set(flag.name, { offset: flag.offset, length: to - flag.offset });
    }
    flag = undefined;
  };

  visit(text, {
    onObjectBegin(offset) {
      begin(offset);
      keys.push(new Set());
    },
    onObjectProperty(name) {
      const own = keys.at(-1);
      if (own?.has(name)) repeatedKey ??= name;
      own?.add(name);
      if (depth === 1) inFlags = name === 'flags';
      if (depth === 1 && inFlags) places.clear();
      if (depth === 2 && inFlags) flag = { name, offset: -1 };
    },
    onObjectEnd(offset, length) {
      keys.pop();
      end(offset, length);
    },
    onArrayBegin: begin,
    onArrayEnd: end,
    onLiteralValue(_value, offset, length) {
      if (!inFlags || depth !== 2 || flag?.offset !== -1) return;
      flag.offset = offset;
      finish(offset + length);
    },
  });
  if (!/^\s*\{/.test(text)) throw noDocument();
  return { places, repeatedKey };
}

/** The text with room for flags that it does not have, each as `null`. Throws Problem `flags-invalid` where it has none. */
export function withRoomFor(text: string, names: string[]): string {
  const formattingOptions = { insertSpaces: true, tabSize: 2 };
  try {
    return names.reduce(
      (document, name) => applyEdits(document, modify(document, ['flags', name], null, { formattingOptions })),
      text,
    );
  } catch {
    throw noDocument();
  }
}

function noDocument(): Problem {
  return new Problem(
    'flags-invalid',
    'The flag document is no flagd document at all',
    'It must be {"flags": {…}}: restore it.',
  );
}
