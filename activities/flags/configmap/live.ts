import { setTimeout as delay } from 'node:timers/promises';
import type { FlagStore } from '../store.ts';
import { differences, type LiveView, type Noted, noteFound } from './differences.ts';
import type { FlagUi } from './flag-ui.ts';
import type { FlagdPods } from './pods.ts';
import type { Turn } from './turn.ts';

/** A change is repeated this often before it is left to the next round. */
const attempts = 3;
/** How long the daemon may take to notice what flagd-ui has written (ms). */
const noticing = 2_000;

/** What the flag daemon shows: the incident in each faulty flag's marker, by flag. Throws where no daemon answers. */
export type Markers = () => Promise<Map<string, string>>;

/**
 * The copy of the flags that the daemon works on: its pod's own, which a change of the ConfigMap does not reach. flagd-ui,
 * in the same pod, changes it at once; where there is none, the pod is replaced and copies anew.
 */
export class LiveFlags {
  readonly #markers: Markers;
  readonly #ui: FlagUi;
  readonly #pods: FlagdPods;
  readonly #turn: Turn;

  constructor(parts: { markers: Markers; ui: FlagUi; pods: FlagdPods; turn: Turn }) {
    this.#markers = parts.markers;
    this.#ui = parts.ui;
    this.#pods = parts.pods;
    this.#turn = parts.turn;
  }

  /**
   * Brings it in line with the ConfigMap where a record or a marker says that it must be, and leaves everything else in it alone.
   * What is evaluated counts, not what flagd-ui says. Throws where it cannot.
   */
  async settle(store: FlagStore): Promise<void> {
    const hasUi = await this.#pods.haveUi();
    const view = await this.#look(hasUi);
    await note(store, view);
    if (differences(await store.read(), view).size === 0) return;
    await this.#turn.take(async (renew) => {
      for (let attempt = 0; attempt < attempts; attempt += 1) {
        const seen = await this.#look(hasUi);
        const wanted = differences(await store.read(), seen);
        if (wanted.size === 0) return;
        if (seen.definitions) await this.#ui.write(seen.definitions, wanted);
        else await this.#pods.replace(renew);
        if (await this.#isInLine(store, hasUi, renew)) return;
      }
    });
  }

  /** Whether the daemon comes to show what it should, without another write: somebody may be editing meanwhile. */
  async #isInLine(store: FlagStore, hasUi: boolean, renew: () => Promise<void>): Promise<boolean> {
    const end = performance.now() + noticing;
    while (performance.now() < end) {
      if (differences(await store.read(), await this.#look(hasUi)).size === 0) return true;
      await renew();
      await delay(50);
    }
    return false;
  }

  async #look(hasUi: boolean): Promise<LiveView> {
    const [markers, definitions] = await Promise.all([this.#markers(), hasUi ? this.#ui.read() : undefined]);
    return { markers, definitions };
  }
}

/** Writes down what withdrawals are about to replace in the live copy, before they do. */
async function note(store: FlagStore, view: LiveView): Promise<void> {
  const noted: Noted[] = noteFound(await store.read(), view);
  await Promise.all(
    noted.map(({ key, live, foreign }) =>
      store.change((state) => {
        const record = state.record(key);
        if (record?.state !== 'withdrawing' || record.liveFound !== undefined) return { answer: null };
        const found = record.found === undefined && foreign !== undefined ? { found: foreign } : {};
        return { record: { key, record: { ...record, ...found, liveFound: live } }, answer: null };
      }),
    ),
  );
}
