import { isDeepStrictEqual } from 'node:util';
import { parse } from 'jsonc-parser';
import type { JsonObject } from '../../workflows/contract.ts';

/**
 * What marks a definition as a fault, in the flag's metadata: whose it is, which OFREP returns, and the text that it
 * replaced, so that it can be withdrawn exactly even where the ledger is lost.
 */
export interface Marker {
  incident: string;
  /** the flag's text before; undefined where the marker does not tell */
  before: string | undefined;
}

/** A fault's definition with the text that it replaces, as it goes into the document. */
export function withBefore(fault: JsonObject, before: string): JsonObject {
  return { ...fault, metadata: { ...metadataOf(fault), incidentBefore: before } };
}

/** Whether a flag's text is that fault, as it was put into the document. */
export function isFault(text: string | null | undefined, fault: JsonObject): boolean {
  if (typeof text !== 'string') return false;
  const definition = looselyParsed(text);
  const { incidentBefore: _before, ...metadata } = metadataOf(definition);
  return isDeepStrictEqual({ ...definition, metadata }, fault);
}

/** The marker of a flag's text; undefined where it has none. */
export function markerOf(text: string | null | undefined): Marker | undefined {
  if (!text?.includes('"incident"')) return undefined;
  const { incident, incidentBefore } = metadataOf(looselyParsed(text));
  if (typeof incident !== 'string') return undefined;
  return { incident, before: typeof incidentBefore === 'string' ? incidentBefore : undefined };
}

/** A hand edit may be no JSON at all, and must still be withdrawn: what can be read of it, else `{"text": …}`. */
export function looselyParsed(text: string): JsonObject {
  const value = parsed(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : { text };
}

function metadataOf({ metadata }: JsonObject): JsonObject {
  return typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata) ? metadata : {};
}

/** jsonc-parser reads what JSON.parse does not, ten times as slowly. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return parse(text);
  }
}
