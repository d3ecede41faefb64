import assert from 'node:assert/strict';
import { type TaskMeta, vi } from 'vitest';
import type { IncidentResult, IncidentState } from '../../../workflows/contract.ts';
import type { cellTable } from '../../support/cells.ts';
import type { EmbeddedLab } from '../../support/lab.ts';
import { Meter } from '../../support/meter.ts';
import { patience } from './control-plane.ts';
import { type Demo, shippedText } from './demo.ts';

export const milliseconds = (time: string | null): number => Date.parse(time ?? '');

/** Waits until `ms` after an incident's deadline. */
export async function pastDeadline(deadline: string | null, ms: number): Promise<void> {
  await vi.waitFor(() => assert.ok(Date.now() > milliseconds(deadline) + ms), patience);
}

/** Incidents on the demo in a cluster, by the command line. */
export class ClusterIncidents {
  readonly #demo: Demo;
  readonly #lab: EmbeddedLab;
  readonly #meter: Meter;
  readonly #report: ReturnType<typeof cellTable>;

  constructor(demo: Demo, lab: EmbeddedLab, report: ReturnType<typeof cellTable>) {
    this.#demo = demo;
    this.#lab = lab;
    this.#meter = new Meter(() => lab.pids());
    this.#report = report;
  }

  /** Starts an incident and resolves when its fault was seen. */
  async active(scenario: string, duration: string): Promise<IncidentResult> {
    const { id } = await this.#lab.json<IncidentResult>(scenario, '--duration', duration, '--detach');
    return await this.#reached(id, 'active');
  }

  async ended(id: string): Promise<IncidentResult> {
    return await this.#reached(id, 'closed');
  }

  /** How an incident ends whose cluster is back as of now: its fault must be withdrawn within the promised 5 s. */
  async endedSoon(meta: TaskMeta, id: string): Promise<IncidentResult> {
    const back = Date.now();
    const result = await this.ended(id);
    this.inTime(meta, id, result, back, 5_000);
    await this.whole();
    return result;
  }

  /** Holds a roll-back to its time: `within` ms of when it was `due`. */
  inTime(meta: TaskMeta, name: string, { outcome, withdrawnAt }: IncidentResult, due: number, within: number): void {
    this.#report(meta, { name, told: outcome, due, restoredAt: milliseconds(withdrawnAt), within, meter: this.#meter });
  }

  /** Both copies are as the release has them, and no record is open. */
  async whole(): Promise<void> {
    const shipped = JSON.parse(shippedText) as { flags: unknown };
    await vi.waitFor(
      () =>
        this.#demo.withTarget(async ({ store, witness }) => {
          assert.deepEqual((await store.read()).open(), []);
          assert.deepEqual(await witness.markers(), new Map());
          assert.deepEqual(JSON.parse(await this.#demo.durable()), shipped);
          assert.deepEqual(await this.#demo.live(), shipped.flags);
        }),
      patience,
    );
  }

  async #reached(id: string, phase: IncidentState['phase']): Promise<IncidentResult> {
    return await vi.waitFor(async () => {
      const state = await this.#statusOf(id);
      assert.equal(state.phase, phase);
      return state;
    }, patience);
  }

  async #statusOf(id: string): Promise<IncidentResult> {
    const [state, ...others] = await this.#lab.json<IncidentResult[]>('status', id);
    if (!state || others.length > 0) throw new Error(`status ${id}: ${JSON.stringify(state)}`);
    return state;
  }
}
