import type { Surroundings } from '../../activities/flags/caretaker.ts';
import { metricsAddress } from '../../environments/metrics-address.ts';
import { Health } from './health.ts';
import { LedgerWatch, type Watched } from './ledger-now.ts';
import { Metrics } from './metrics.ts';

/** What a process shows of itself: its metrics and its health, served where INCIDENTFOX_METRICS says so. */
export class Sight {
  readonly metrics: Metrics;
  readonly health = new Health();
  /** what the reconciler tells */
  readonly surroundings: Pick<Surroundings, 'onRound' | 'onRestored'> = {
    onRound: () => {
      this.metrics.roundTurned();
      this.health.roundTurned();
    },
    onRestored: (reason) => this.metrics.restored(reason),
  };
  #ledger: LedgerWatch | undefined;

  constructor(environment: string) {
    this.metrics = new Metrics(environment);
  }

  /** Looks at this ledger from now on. */
  watch(watched: Watched): void {
    this.#ledger = new LedgerWatch(watched);
  }

  /**
   * Serves them, with `more` metrics behind; answers what ends that. Throws Problem `bad-usage` or `start-failed`.
   */
  async serve(more: () => Promise<string> = () => Promise.resolve('')): Promise<() => Promise<void>> {
    const address = metricsAddress();
    if (!address) return () => Promise.resolve();
    const { serve } = await import('./server.ts');
    const metrics = async (): Promise<string> => {
      const [ledger, others] = await Promise.all([this.#ledger?.look(), more()]);
      this.metrics.showLedger(ledger);
      return `${await this.metrics.registry.metrics()}${others}`;
    };
    return await serve(address, { health: this.health, metrics });
  }
}
