import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { type RestoreReason, restoreReasons } from '../../activities/flags/reconciler.ts';
import type { EndedIncident } from '../../workflows/incident-sink.ts';
import type { LedgerNow } from './ledger-now.ts';

/** How late a rollback is (s): the promise is one second, or three where a worker was killed. */
const latenessBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30, 60, 300];

/**
 * The project's own metrics, in a registry of their own. Labels take few values: names of the catalogue, outcomes, reasons; never
 * an id, and nothing that a user may write freely.
 */
export class Metrics {
  readonly registry = new Registry();
  readonly #incidents: Counter<'scenario' | 'outcome' | 'ended_by'>;
  readonly #lateness: Histogram;
  readonly #restores: Counter<'reason'>;
  readonly #rounds: Counter;
  readonly #readable: Gauge;
  readonly #ledger: Record<keyof LedgerNow, Gauge>;

  constructor(environment: string) {
    const registers = [this.registry];
    const gauge = (name: string, help: string): Gauge => new Gauge({ name: `incidentfox_${name}`, help, registers });
    this.registry.setDefaultLabels({ environment });
    this.#incidents = new Counter({
      name: 'incidentfox_incidents_total',
      help: 'Incidents that ended, refused ones included.',
      labelNames: ['scenario', 'outcome', 'ended_by'],
      registers,
    });
    this.#lateness = new Histogram({
      name: 'incidentfox_rollback_lateness_seconds',
      help: 'How long after its deadline a fault was withdrawn, of incidents that their deadline ended.',
      buckets: latenessBuckets,
      registers,
    });
    this.#restores = new Counter({
      name: 'incidentfox_reconciler_restores_total',
      help: "Faults that this process's reconciler withdrew.",
      labelNames: ['reason'],
      registers,
    });
    // Prometheus sees no increase in a counter that comes into being with its first event
    for (const reason of restoreReasons) this.#restores.inc({ reason }, 0);
    this.#rounds = new Counter({
      name: 'incidentfox_reconciler_rounds_total',
      help: "Rounds in which this process's reconciler looked for faults that are due.",
      registers,
    });
    this.#readable = gauge('ledger_readable', 'Whether the ledger could be read; where not, it has no other metrics.');
    this.#ledger = {
      open: gauge('ledger_open_records', 'Records that are not closed: their fault may be in force.'),
      overdue: gauge('ledger_overdue_records', 'Records past their time whose fault nobody has withdrawn.'),
      oldestOverdue: gauge(
        'ledger_oldest_overdue_seconds',
        'How long the longest overdue record is so; 0 without one.',
      ),
      withdrawing: gauge('ledger_withdrawing_records', 'Records that are withdrawn, and not closed yet.'),
      oldestWithdrawing: gauge(
        'ledger_oldest_withdrawing_seconds',
        'How long ago the longest withdrawn of those was withdrawn; 0 without one.',
      ),
      halted: gauge('halted', 'Whether the safety lever is pulled.'),
    };
  }

  incidentEnded({ scenario, outcome, endedBy, lateness }: EndedIncident): void {
    this.#incidents.inc({ scenario: scenario ?? 'unknown', outcome, ended_by: endedBy });
    if (lateness !== null) this.#lateness.observe(lateness / 1_000);
  }

  restored(reason: RestoreReason): void {
    this.#restores.inc({ reason });
  }

  roundTurned(): void {
    this.#rounds.inc();
  }

  /** The ledger as it is; undefined where it cannot be read, which leaves no value of before. */
  showLedger(now: LedgerNow | undefined): void {
    this.#readable.set(now ? 1 : 0);
    for (const name of Object.keys(this.#ledger) as (keyof LedgerNow)[]) {
      if (now) this.#ledger[name].set(now[name]);
      else this.#ledger[name].remove();
    }
  }
}
