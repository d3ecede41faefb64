import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { projectRoot } from '../../environments/root.ts';
import { randomFrom } from './random.ts';

/** One case of a fault matrix. */
export interface Cell {
  /** what is done, in words that survive a change of the workflow: `ActivityTaskScheduled inject 1` */
  name: string;
  /** what it has in common with others: the gate tries one of each kind */
  kind: string;
}

/** Whether every cell is tried (`npm run test:full`), or a sample (the gate, and whoever runs a suite by hand). */
export const isFull = (): boolean => process.env['TEST_TIER'] === 'full';

/** The folders whose state in git decides what is drawn: the same code draws the same cells. */
const sources = [
  'activities',
  'client',
  'environments',
  'helm',
  'lab',
  'scenarios',
  'terraform',
  'test',
  'worker',
  'workflows',
];

/** `MATRIX_SEED`, else a hash of the sources' git trees; outside a git checkout always the same. */
export function matrixSeed(): string {
  const given = process.env['MATRIX_SEED'];
  if (given) return given;
  try {
    const trees = execFileSync('git', ['ls-tree', '-d', 'HEAD', ...sources], { cwd: projectRoot, stdio: 'pipe' });
    return hash(trees).toString('hex').slice(0, 12);
  } catch {
    return 'no-git';
  }
}

const told = new Set<string>();

/**
 * The cells of a matrix to try, in their order: in the full tier all; else one of each kind and `more` others, drawn by the seed.
 * `MATRIX_CELLS` names single ones, separated by `;`. Throws where it names none of this matrix.
 */
export function drawCells<C extends Cell>(matrix: string, cells: readonly C[], more = 0): C[] {
  const wanted = process.env['MATRIX_CELLS'];
  if (wanted) return namedCells(matrix, cells, wanted);
  if (isFull()) return [...cells];
  const seed = matrixSeed();
  const shuffled = shuffle(cells, randomFrom(hash(`${seed} ${matrix}`).readUInt32BE(0)));
  const kinds = new Set<string>();
  const [firsts, others]: [C[], C[]] = [[], []];
  for (const cell of shuffled) {
    (kinds.has(cell.kind) ? others : firsts).push(cell);
    kinds.add(cell.kind);
  }
  const drawn = new Set([...firsts, ...others.slice(0, more)]);
  if (!told.has(matrix)) {
    process.stdout.write(
      `${matrix}: ${drawn.size} of ${cells.length} cells, ${kinds.size} kinds, MATRIX_SEED=${seed}\n`,
    );
  }
  told.add(matrix);
  return cells.filter((cell) => drawn.has(cell));
}

/** Names that occur more than once told apart by their number: `inject 1`, `inject 2`. */
export function numbered(names: readonly string[]): string[] {
  const counts = new Map<string, number>();
  return names.map((name) => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return `${name} ${count}`;
  });
}

function namedCells<C extends Cell>(matrix: string, cells: readonly C[], wanted: string): C[] {
  const names = new Set(wanted.split(';').map((name) => name.trim()));
  const found = cells.filter(({ name }) => names.has(name));
  if (found.length > 0) return found;
  const known = cells.map(({ name }) => name).join('; ');
  throw new Error(`MATRIX_CELLS=${wanted} names no cell of the matrix "${matrix}", which has: ${known}`);
}

function shuffle<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

const hash = (text: string | Buffer): Buffer => createHash('sha256').update(text).digest();
