const longest = 400;

/**
 * What a tool or AWS said, fit for a history that everybody reads: one line, short, and without what could be used or only
 * fills the line: key ids, queries of addresses (they carry signatures), encoded messages, ids of requests.
 */
export function redacted(text: string): string {
  const plain = text
    .replaceAll(/\b(AKIA|ASIA)[A-Z0-9]{12,}/g, '$1…')
    .replaceAll(/(https?:\/\/[^\s"?]+)\?[^\s"]*/g, '$1')
    .replaceAll(/(Encoded authorization failure message:)\s*\S+/gi, '$1 …')
    .replaceAll(/,?\s*(request ?id|host ?id): ?[\w+/=-]*/gi, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return plain.length > longest ? `${plain.slice(0, longest - 1)}…` : plain;
}
