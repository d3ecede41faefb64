/** Labs that the cells of a matrix share: each cell has one to itself while it lasts. */
export class LabPool<Lab> {
  readonly #free: Lab[] = [];
  readonly #waiting: ((lab: Lab) => void)[] = [];

  add(lab: Lab): void {
    this.#give(lab);
  }

  async with<T>(work: (lab: Lab) => Promise<T>): Promise<T> {
    const lab = this.#free.pop() ?? (await new Promise<Lab>((resolve) => this.#waiting.push(resolve)));
    return await work(lab).finally(() => this.#give(lab));
  }

  #give(lab: Lab): void {
    const next = this.#waiting.shift();
    if (next) next(lab);
    else this.#free.push(lab);
  }
}
