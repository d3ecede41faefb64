/** Maps with so many calls under way at once, in the order of `items`; the first that fails fails it. */
export async function mapParallel<T, R>(
  items: readonly T[],
  width: number,
  map: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const left = items.map((item, index) => ({ item, index })).toReversed();
  const worker = async (): Promise<void> => {
    for (let next = left.pop(); next; next = left.pop()) results[next.index] = await map(next.item);
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}
