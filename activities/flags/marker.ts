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

/** A fault's definition with its marker. `before` is the flag's text as it stands in the document. */
export function marked<T extends { metadata?: Record<string, unknown> }>(fault: T, before: string): T {
  return { ...fault, metadata: { ...fault.metadata, incidentBefore: before } };
}

/** The marker of a flag's text; undefined where it has none. */
export function markerOf(text: string | null | undefined): Marker | undefined {
  if (!text?.includes('"incident"')) return undefined;
  const { metadata } = looselyParsed(text);
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return undefined;
  const { incident, incidentBefore } = metadata;
  if (typeof incident !== 'string') return undefined;
  return { incident, before: typeof incidentBefore === 'string' ? incidentBefore : undefined };
}

/** A hand edit may be no JSON at all, and must still be withdrawn: what can be read of it, else `{"text": …}`. */
export function looselyParsed(text: string): JsonObject {
  const value: unknown = parse(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : { text };
}
