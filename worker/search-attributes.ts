import type { Connection } from '@temporalio/client';
import { searchAttributes } from '../workflows/contract.ts';

const keyword = 2; // temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD

/** Registers our search attributes where the server lets us; everything else works without them. */
export async function registerSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const wanted = Object.fromEntries(Object.values(searchAttributes).map((name) => [name, keyword]));
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: wanted }).catch(() => undefined);
}

/**
 * Answers which of them are registered, asking the server again at most every 30 s: someone may add or remove them. A
 * server that does not tell (an old one, or one that we may not ask) counts as having none.
 */
export function registeredSearchAttributes(connection: Connection, namespace: string): () => Promise<string[]> {
  let known: string[] = [];
  let askedAt = -Infinity;
  return async () => {
    if (performance.now() - askedAt < 30_000) return known;
    askedAt = performance.now();
    known = await connection.operatorService.listSearchAttributes({ namespace }).then(
      ({ customAttributes }) => Object.values(searchAttributes).filter((name) => customAttributes?.[name] === keyword),
      () => [],
    );
    return known;
  };
}
