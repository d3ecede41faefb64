import { applyEdits, findNodeAtLocation, modify, type Node, parseTree } from 'jsonc-parser';
import type { JsonObject } from '../../workflows/contract.ts';
import { Problem } from '../../workflows/problem.ts';
import { type FlagDefinition, flagdDocument } from '../../scenarios/flag.ts';

/**
 * Reads a flagd document. Throws Problem `flags-invalid` saying what is wrong and where: empty, not JSON, not flagd's form,
 * or with a key written twice (JSON readers disagree about which of the two counts).
 */
export function parseDocument(text: string, location: string): Record<string, FlagDefinition> {
  const refuse = (reason: string): never => {
    throw new Problem(
      'flags-invalid',
      `The flag document ${location} ${reason}`,
      'Nothing was changed. It must be a flagd document: {"flags": {…}}; restore it and try again.',
    );
  };
  if (text.trim() === '') refuse('is empty');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refuse(`is not JSON: ${(error as Error).message}`);
  }
  const parsed = flagdDocument.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refuse(`is not a flagd document: ${issue?.path.join('.') || 'top level'}: ${issue?.message}`);
  }
  const twice = firstRepeatedKey(tree(text));
  if (twice !== undefined) refuse(`has the key "${twice}" twice`);
  return parsed.data.flags;
}

/** The flag's definition as it is written in the document, byte for byte; undefined where it has no such flag. */
export function flagText(document: string, flag: string): string | undefined {
  const node = findNodeAtLocation(tree(document), ['flags', flag]);
  return node && document.slice(node.offset, node.offset + node.length);
}

/** The document with one flag's text replaced and every other byte as it was; a flag that is gone is added again. */
export function withFlagText(document: string, flag: string, text: string): string {
  const node = findNodeAtLocation(tree(document), ['flags', flag]);
  if (node) return document.slice(0, node.offset) + text + document.slice(node.offset + node.length);
  const added = applyEdits(
    document,
    modify(document, ['flags', flag], null, { formattingOptions: { insertSpaces: true, tabSize: 2 } }),
  );
  return withFlagText(added, flag, text);
}

/** The document with one flag's definition replaced, indented like its surroundings. */
export function withFlag(document: string, flag: string, definition: JsonObject): string {
  const node = findNodeAtLocation(tree(document), ['flags', flag]);
  const line = node ? document.slice(document.lastIndexOf('\n', node.offset) + 1, node.offset) : '';
  const indent = /^[ \t]*/.exec(line)?.[0] ?? '';
  const text = JSON.stringify(definition, null, indent.includes('\t') ? '\t' : 2);
  return withFlagText(document, flag, text.replaceAll('\n', `\n${indent}`));
}

function tree(document: string): Node {
  const root = parseTree(document);
  if (!root) throw new TypeError('not a JSON document');
  return root;
}

function firstRepeatedKey(node: Node): string | undefined {
  const keys = new Set<string>();
  for (const child of node.children ?? []) {
    const key: unknown = child.type === 'property' ? child.children?.[0]?.value : undefined;
    if (typeof key === 'string' && keys.has(key)) return key;
    if (typeof key === 'string') keys.add(key);
    const deeper = firstRepeatedKey(child);
    if (deeper !== undefined) return deeper;
  }
  return undefined;
}
