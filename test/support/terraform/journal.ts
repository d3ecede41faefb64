import assert from 'node:assert/strict';

/** One line of the simulated providers' journal. */
export interface Operation {
  type: string;
  action: 'create' | 'update' | 'delete';
  id: string;
  start: string;
  end: string;
  error?: string;
  /** write-only arguments that were sent */
  write_only?: string[];
  /** the arguments; of what is deleted only the required ones */
  config?: Record<string, unknown>;
}

export function operationsIn(journal: string): Operation[] {
  return journal
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Operation);
}

/** Which objects are meant: those of a type, and of these the ones whose id fits. */
export interface Kind {
  type: string;
  id?: RegExp;
}

/** Asserts that all of one kind were through before the first of another was begun. */
export function assertOrder(operations: Operation[], first: Kind, second: Kind): void {
  const [early, late] = [only(operations, first), only(operations, second)];
  const end = Math.max(...early.map((each) => Date.parse(each.end)));
  const start = Math.min(...late.map((each) => Date.parse(each.start)));
  assert(end <= start, `${nameOf(first)} were through ${end - start} ms after ${nameOf(second)} were begun`);
}

function only(operations: Operation[], kind: Kind): Operation[] {
  const found = operations.filter(({ type, id }) => type === kind.type && (!kind.id || kind.id.test(id)));
  assert.notEqual(found.length, 0, `there are no operations on ${nameOf(kind)}`);
  return found;
}

function nameOf({ type, id }: Kind): string {
  return id ? `${type} ${id}` : type;
}
