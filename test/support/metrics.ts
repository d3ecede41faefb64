/** What a process of ours serves at `address` (<host>:<port>). Throws where it does not answer. */
export async function scrape(address: string): Promise<string> {
  const response = await fetch(`http://${address}/metrics`, { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`/metrics answers ${response.status}`);
  return await response.text();
}

/** The value of the first series of that name that has these labels; undefined where there is none. */
export function valueOf(text: string, name: string, labels: Record<string, string> = {}): number | undefined {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const series = text.split('\n').find((line) => {
    const isNamed = line.startsWith(`${name}{`) || line.startsWith(`${name} `);
    return isNamed && wanted.every((pair) => line.includes(pair));
  });
  return series === undefined ? undefined : Number(series.slice(series.lastIndexOf(' ') + 1));
}

/** Names of all metrics that are served, those of a histogram's parts included. */
export function namesIn(text: string): Set<string> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Set(lines.map((line) => line.split(/[{ ]/)[0] ?? ''));
}
