import { setTimeout as delay } from 'node:timers/promises';
import { ifThere } from '../../activities/flags/if-there.ts';
import type { FlagStore } from '../../activities/flags/store.ts';

/** What metrics tell of a ledger; ages in seconds. */
export interface LedgerNow {
  open: number;
  overdue: number;
  oldestOverdue: number;
  withdrawing: number;
  oldestWithdrawing: number;
  halted: 0 | 1;
}

const nothing: LedgerNow = { open: 0, overdue: 0, oldestOverdue: 0, withdrawing: 0, oldestWithdrawing: 0, halted: 0 };

/** How long a scrape waits for the ledger (ms): Prometheus itself gives up after 10 s. */
const patience = 3_000;

/** A store whose ledger is looked at. */
export interface Watched {
  store: FlagStore;
  /** the clock, in ms */
  now: () => number;
  /** whether flags and ledger come and go together, as a ConfigMap does with its lab: then missing ones are no open records */
  mayBeMissing: boolean;
}

/** Reads the ledger for a scrape; undefined where it cannot be read within 3 s. One that hangs is not asked again meanwhile. */
export class LedgerWatch {
  readonly #watched: Watched;
  #reading: Promise<LedgerNow | undefined> | undefined;

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  async look(): Promise<LedgerNow | undefined> {
    this.#reading ??= ledgerNow(this.#watched)
      .catch(() => undefined)
      .finally(() => (this.#reading = undefined));
    return await Promise.race([this.#reading, delay(patience, undefined, { ref: false })]);
  }
}

async function ledgerNow({ store, now, mayBeMissing }: Watched): Promise<LedgerNow> {
  const state = mayBeMissing ? await ifThere(store.read()) : await store.read();
  if (!state) return nothing;
  const open = state.open().map(([, record]) => record);
  const withdrawing = open.filter((record) => record.state === 'withdrawing');
  const ages = (times: (string | undefined)[]): number[] =>
    times.map((time) => (now() - Date.parse(time ?? '')) / 1_000).filter((age) => age > 0);
  const overdue = ages(open.filter((record) => record.state === 'open').map(({ until }) => until));
  return {
    open: open.length,
    overdue: overdue.length,
    oldestOverdue: longest(overdue),
    withdrawing: withdrawing.length,
    oldestWithdrawing: longest(ages(withdrawing.map(({ withdrawnAt }) => withdrawnAt))),
    halted: state.halted ? 1 : 0,
  };
}

function longest(ages: number[]): number {
  return ages.reduce((most, age) => Math.max(most, age), 0);
}
