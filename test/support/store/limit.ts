/** Lets at most `size` pieces of work be under way at a time. */
export function atMost(size: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let busy = 0;
  return async (work) => {
    if (busy === size) await new Promise<void>((resolve) => waiting.push(resolve));
    else busy += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // the place is handed on, so that nobody slips in between
      if (next) next();
      else busy -= 1;
    }
  };
}
