import type { ResourceProgress } from '../../workflows/lifecycle-contract.ts';
import { type Diagnostic, eventIn, type ToolEvent } from './events.ts';
import { redacted } from './redacted.ts';

/** How many errors, and how many lines that are no events, are kept. */
const kept = 20;
const told = new Set(['apply_start', 'apply_complete', 'apply_errored', 'change_summary', 'init_output', 'log']);

/** What a run of the tool has said so far, in little space however much it was. */
export class RunLog {
  /** the actions of a plan by address, in the order they were told */
  readonly planned = new Map<string, string>();
  readonly drifted: string[] = [];
  readonly outputs: string[] = [];
  readonly errors: Diagnostic[] = [];
  /** the last lines that were no events */
  readonly rest: string[] = [];
  summary: ToolEvent['changes'];
  /** addresses that were begun to be created, with the ids of those that were */
  readonly created = new Map<string, string | undefined>();
  /** actions under way or still to come, by address */
  readonly #left = new Map<string, number>();
  readonly #begun = new Map<string, number>();
  #news: string[] = [];

  /** Whether a resource was begun to be changed. */
  hasBegun = false;

  take(line: string): void {
    const event = eventIn(line);
    if (!event) {
      if (line.trim() === '') return;
      this.rest.push(line.slice(0, 1_000));
      if (this.rest.length > kept) this.rest.shift();
      return this.#tell(line);
    }
    const { type, change, hook, diagnostic } = event;
    if (type === 'planned_change' && change) this.#plan(change.resource.addr, change.action);
    if (type === 'resource_drift' && change) this.drifted.push(change.resource.addr);
    if (type === 'change_summary') this.summary = event.changes;
    if (type === 'outputs') this.#takeOutputs(event);
    if (hook && type?.startsWith('apply_')) this.#act(type, hook, event['@timestamp']);
    if (diagnostic) this.#diagnose(diagnostic);
    // of what is only looked at there would be a page
    else if ((type === undefined || told.has(type)) && hook?.action !== 'read') this.#tell(event['@message']);
  }

  /** What people are to read of it since they were told last: the newest lines. */
  news(): string[] {
    const news = this.#news;
    this.#news = [];
    return news;
  }

  /** Null until there is something to do. `now` in ms since the epoch. */
  progress(now: number): ResourceProgress | null {
    if (this.#left.size === 0) return null;
    const busy = [...this.#begun]
      .map(([address, since]) => ({ address, seconds: Math.max(0, Math.round((now - since) / 1_000)) }))
      .toSorted((one, other) => other.seconds - one.seconds);
    return { done: [...this.#left.values()].filter((left) => left === 0).length, of: this.#left.size, busy };
  }

  #plan(address: string, action: string): void {
    if (action === 'noop') return;
    this.planned.set(address, action);
    const actions = { replace: 2, create: 1, update: 1, delete: 1, read: 1 }[action];
    if (actions) this.#left.set(address, (this.#left.get(address) ?? 0) + actions);
  }

  #act(type: string, { resource: { addr }, action, id_value: id }: NonNullable<ToolEvent['hook']>, at = ''): void {
    if (type === 'apply_start') {
      this.#begun.set(addr, Date.parse(at) || Date.now());
      if (action !== 'read') this.hasBegun = true;
    } else if (type !== 'apply_progress') {
      this.#begun.delete(addr);
    }
    if (type === 'apply_complete') this.#left.set(addr, Math.max(0, (this.#left.get(addr) ?? 1) - 1));
    if (action === 'create' && type !== 'apply_progress') this.created.set(addr, id);
  }

  /** Told twice by a plan that changes them: what matters is the last. After an apply there are no actions. */
  #takeOutputs({ outputs = {} }: ToolEvent): void {
    const changed = Object.entries(outputs).filter(([, { action }]) => action !== undefined && action !== 'noop');
    this.outputs.splice(0, Infinity, ...changed.map(([name]) => name));
  }

  #diagnose(diagnostic: Diagnostic): void {
    if (diagnostic.severity === 'error' && this.errors.length < kept) this.errors.push(diagnostic);
    const { severity, summary, address } = diagnostic;
    this.#tell(`${severity}: ${summary}${address === undefined ? '' : ` (${address})`}`);
  }

  #tell(line: string): void {
    this.#news.push(redacted(line));
    if (this.#news.length > kept) this.#news.shift();
  }
}
