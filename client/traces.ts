import type { ClientOptions } from '@temporalio/client';
import { environmentName } from '../environments/load.ts';
import type { Traces } from '../environments/otel.ts';
import { tracesWanted } from '../environments/traces.ts';

/** How soon spans are sent (ms): a command may be left at any time. */
const delay = 200;
/** How long a command that is through waits for its collector (ms). */
const patience = 1_000;

let traces: Traces | undefined;

/** What a Client takes so that what it starts, signals and updates is traced; nothing, and nothing loaded, where nobody wants it. */
export async function clientTraces(): Promise<Pick<ClientOptions, 'interceptors'>> {
  if (!tracesWanted()) return {};
  const [{ startTraces }, { TracedCalls }] = await Promise.all([
    import('../environments/otel.ts'),
    import('./traced-calls.ts'),
  ]);
  traces ??= startTraces('incidentfox-client', environmentName(), delay);
  return { interceptors: { workflow: [new TracedCalls()] } };
}

/** Sends what is left when a command is through, which ends within a second whatever its collector does. */
export async function flushTraces(): Promise<void> {
  if (!traces || (await traces.flush(patience))) return;
  // what is under way would keep the process for as long as it takes
  process.exit();
}
