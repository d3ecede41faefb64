type Mutilation = (bytes: Buffer, below: (limit: number) => number) => Buffer;

const mutilations: Mutilation[] = [
  function truncated(bytes, below) {
    return bytes.subarray(0, below(bytes.length));
  },
  function flipped(bytes, below) {
    const copy = Buffer.from(bytes);
    for (let left = 1 + below(3); left > 0; left -= 1) {
      const at = below(copy.length);
      copy[at] = (copy[at] ?? 0) ^ (1 << below(8));
    }
    return copy;
  },
  function withoutLines(bytes, below) {
    const lines = bytes.toString('latin1').split('\n');
    lines.splice(below(lines.length), 1 + below(2));
    return Buffer.from(lines.join('\n'), 'latin1');
  },
  function zeroed(bytes, below) {
    const copy = Buffer.from(bytes);
    const from = below(copy.length);
    return copy.fill(0, from, Math.min(copy.length, from + 1 + below(512)));
  },
];

/** What a crash, a bad disk or a bad editor may make of a text, another each time. */
export function mutilate(text: string, random: () => number): Buffer {
  const below = (limit: number): number => Math.floor(random() * limit);
  const [mutilation] = mutilations.slice(below(mutilations.length));
  return mutilation ? mutilation(Buffer.from(text), below) : Buffer.alloc(0);
}
