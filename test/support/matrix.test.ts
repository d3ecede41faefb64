import { beforeEach, describe, expect, it, vi } from 'vitest';
import { drawCells, matrixSeed } from './matrix.ts';

const kinds = ['resolve', 'record', 'inject'];
const cells = kinds.flatMap((kind) => [1, 2, 3, 4].map((nth) => ({ name: `${kind} ${nth}`, kind })));
const drawn = (seed: string, more = 0): string[] => {
  vi.stubEnv('MATRIX_SEED', seed);
  return drawCells('a matrix', cells, more).map(({ name }) => name);
};

beforeEach(() => {
  for (const name of ['MATRIX_SEED', 'MATRIX_CELLS', 'TEST_TIER']) vi.stubEnv(name, '');
});

describe('a sample of a matrix', () => {
  it('has one cell of each kind, and so many more, in the order of the matrix', () => {
    for (const seed of ['a', 'b', 'c']) {
      expect(drawn(seed).map((name) => name.split(' ')[0])).toEqual(kinds);
      const more = drawn(seed, 5);
      expect(more).toHaveLength(8);
      expect(more).toEqual(cells.map(({ name }) => name).filter((name) => more.includes(name)));
    }
    expect(drawn('a', 100)).toHaveLength(cells.length);
  });

  it('is all of it in the full tier', () => {
    vi.stubEnv('TEST_TIER', 'full');
    expect(drawn('a')).toEqual(cells.map(({ name }) => name));
  });

  it('is the same for the same seed, and in time every cell is drawn', () => {
    expect(drawn('a')).toEqual(drawn('a'));
    const ever = new Set(Array.from({ length: 100 }, (_, seed) => drawn(String(seed))).flat());
    expect(ever.size).toBe(cells.length);
  });

  it('is drawn by the state of the sources where no seed is given', () => {
    expect(matrixSeed()).toMatch(/^[0-9a-f]{12}$/);
    expect(matrixSeed()).toBe(matrixSeed());
  });

  it('is what is named, or says what could be', () => {
    vi.stubEnv('MATRIX_CELLS', 'inject 4; record 1');
    expect(drawCells('a matrix', cells).map(({ name }) => name)).toEqual(['record 1', 'inject 4']);
    vi.stubEnv('MATRIX_CELLS', 'inject 5');
    expect(() => drawCells('a matrix', cells)).toThrow(/names no cell of the matrix "a matrix", which has: resolve 1;/);
  });
});
