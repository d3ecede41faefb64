import {
  type Client,
  ServiceError,
  WorkflowFailedError,
  type WorkflowHandle,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { type IncidentResult, type IncidentState, messages } from '../workflows/contract.ts';
import { exitCodes, Problem, shown } from '../workflows/problem.ts';
import { problemOf } from './failures.ts';

/** One incident, with Temporal's errors turned into Problems. */
export class IncidentHandle {
  readonly #handle: WorkflowHandle;

  constructor(client: Client, id: string) {
    if (id.trim() === '') throw noSuchIncident(id);
    this.#handle = client.workflow.getHandle(id);
  }

  get id(): string {
    return this.#handle.workflowId;
  }

  /** The state, or undefined while no worker answers the query within a second. */
  async state(): Promise<IncidentState | undefined> {
    try {
      return await this.#handle.client.withDeadline(Date.now() + 1_000, () =>
        this.#handle.query<IncidentState>(messages.state),
      );
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) throw noSuchIncident(this.id);
      if (error instanceof ServiceError || error instanceof Error) return undefined;
      throw error;
    }
  }

  /** Waits for the end. Throws the Problem with which the incident was refused. */
  async result(): Promise<IncidentResult> {
    return await this.#translated(async () => (await this.#handle.result()) as IncidentResult);
  }

  async stop(reason: string): Promise<void> {
    await this.#translated(() => this.#handle.signal(messages.stop, { reason }));
  }

  async extend(by: string): Promise<{ deadline: string }> {
    return await this.#translated(() =>
      this.#handle.executeUpdate<{ deadline: string }, [unknown]>(messages.extend, { args: [{ by }] }),
    );
  }

  async #translated<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) throw noSuchIncident(this.id);
      throw problemOf(error) ?? this.#ended(error);
    }
  }

  #ended(error: unknown): unknown {
    if (!(error instanceof WorkflowFailedError)) return error;
    const how = error.cause?.message ?? 'it failed';
    return new Problem(
      'internal',
      `Incident ${this.id} ended without a result: ${how}`,
      `See: npm run incident -- status ${this.id}`,
    );
  }
}

/** Exit code of an incident that came to its end. */
export function exitCodeOf({ outcome }: Pick<IncidentResult, 'outcome'>): number {
  if (outcome === 'recovered') return exitCodes.done;
  return outcome === 'not-verified' ? exitCodes.unverified : exitCodes.failed;
}

function noSuchIncident(id: string): Problem {
  return new Problem(
    'no-such-incident',
    `There is no incident "${shown(id)}" under way`,
    'List them with: npm run incident -- status',
  );
}
