import { rename } from 'node:fs/promises';
import { Problem } from '../../workflows/problem.ts';
import type { Attempt } from './attempt.ts';
import { failureOf } from './failure.ts';
import { readLog } from './follow.ts';
import { localStateKeeper, mendLocalState } from './local-state.ts';
import type { Run, TerraformOptions } from './options.ts';
import type { Places } from './places.ts';
import { type Shell, ToolError } from './shell.ts';
import { readSnapshot, refuseToForget, remember, type Snapshot, snapshotOf } from './snapshot.ts';

/** The state, wherever it is kept. */
export class State {
  readonly #places: Places;
  readonly #shell: Shell;
  readonly #backend: TerraformOptions['state'];

  constructor(places: Places, shell: Shell, { state }: Pick<TerraformOptions, 'state'>) {
    this.#places = places;
    this.#shell = shell;
    this.#backend = state;
  }

  /** Arguments of `init`; the rest of the backend's settings are in the configuration. */
  get backendArgs(): string[] {
    const state = this.#backend;
    if (state.backend === 'local') return [];
    return (['bucket', 'key', 'region'] as const).map((name) => `-backend-config=${name}=${state[name]}`);
  }

  async read(): Promise<Snapshot | 'missing' | 'broken'> {
    if (this.#backend.backend === 'local') return await readSnapshot(this.#places.state);
    try {
      const text = await this.#shell.ask(['state', 'pull']);
      const snapshot = text.trim() === '' ? 'missing' : (snapshotOf(text) ?? 'broken');
      // of a state that is not there an empty one is shown, that never was written
      return typeof snapshot === 'object' && snapshot.lineage === '' ? 'missing' : snapshot;
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      const problem = failureOf('state pull', [error.diagnostic]);
      if (problem.code === 'state-broken') return 'broken';
      throw problem;
    }
  }

  /** Before the tool touches it: nothing that was known of it is forgotten. Throws Problem `state-missing` or `state-broken`. */
  async check(attempts: Attempt[], run: Run): Promise<void> {
    const state = this.#backend;
    if (state.backend === 'local') await mendLocalState(this.#places, attempts, run);
    const found = await this.read();
    const where = state.backend === 'local' ? this.#places.state : `s3://${state.bucket}/${state.key}`;
    if (found === 'broken') {
      const hint = 'Put a whole state in its place: an older version of the object.';
      throw new Problem('state-broken', `The state ${where} is broken`, hint);
    }
    if (found === 'missing') await refuseToForget(this.#places, where);
    else await remember(this.#places, found);
    const known = found === 'missing' ? [] : found.addresses;
    for (const attempt of attempts.slice(0, 1)) await tellLost(attempt, known, run);
  }

  /** What is done while the tool runs, and when it has ended. */
  get keeper(): () => Promise<void> {
    return this.#backend.backend === 'local' ? localStateKeeper(this.#places) : async () => undefined;
  }

  async rememberNow(): Promise<void> {
    const found = await this.read();
    if (found !== 'missing' && found !== 'broken') await remember(this.#places, found);
  }

  /** Writes what a run could not, and has left in a file, to where it belongs. Throws a ToolError. */
  async rescue({ progress }: Run): Promise<void> {
    const file = this.#places.errored;
    const found = await readSnapshot(file);
    if (found === 'missing') return;
    await this.#shell.ask(['state', 'push', file]);
    await rename(file, `${file}.pushed`);
    progress.line('wrote the state that the run before could not write');
  }
}

/** A killed run cannot write down what it has made since it last did. */
async function tellLost(attempt: Attempt, known: string[], { progress }: Run): Promise<void> {
  if (attempt.record.operation !== 'apply' || !(await attempt.wasKilled())) return;
  const { created } = await readLog(attempt);
  for (const [address, id] of created) {
    if (known.includes(address)) continue;
    progress.line(
      `the apply that was killed may have made ${address}${id ? ` (${id})` : ''}, which the state does not know`,
    );
  }
}
