import { Context } from '@temporalio/activity';
import type { Caller } from '../../../workflows/lifecycle-contract.ts';

type Activity = (request: unknown) => Promise<unknown>;

/**
 * Worlds of the tests', by environment, of which one worker does all the work: a worker takes half a second of a processor to start.
 * The workflow that people look at has its environment in its id, `<work>-<environment>-<which>`.
 */
export class Worlds {
  readonly #activities = new Map<string, object>();

  add(environment: string, activities: object): void {
    this.#activities.set(environment, activities);
  }

  /** What a worker takes: each of the steps is done in the world that its workflow belongs to. */
  activities(steps: readonly string[]): Record<string, Activity> {
    return Object.fromEntries(steps.map((step) => [step, (request) => this.#call(step, request)]));
  }

  async #call(step: string, request: unknown): Promise<unknown> {
    // the child that does the work says in each request whose it is; what names the environment is called by that workflow itself
    const { tell } = (request ?? {}) as { tell?: Caller };
    const id = tell?.workflowId ?? Context.current().info.workflowExecution?.workflowId ?? '';
    const [, environment = ''] = /^[^-]+-(.+)-[^-]+$/.exec(id) ?? [];
    const world = this.#activities.get(environment) as Record<string, Activity> | undefined;
    const activity = world?.[step];
    if (!activity) throw new Error(`no world has the workflow ${id}`);
    return await activity(request);
  }
}
