import type { Surroundings } from '../../activities/flags/caretaker.ts';
import { temporalOwners } from '../../activities/owners.ts';
import { OfrepWitness } from '../../activities/probes/ofrep.ts';
import { onDemand } from '../../activities/server.ts';
import type { Target } from '../../activities/dependencies.ts';
import { ownServer, temporalTarget } from '../../environments/temporal.ts';
import type { LabState } from '../state.ts';

/** What a lab's reconciler may ask: its Temporal server and its flag daemon, where `state` says that they are by then. */
export function surroundingsOf(state: LabState, target: Target): Surroundings {
  const server = onDemand(() => {
    // until then its address may be somebody else's
    if (state.phase !== 'ready') throw new Error(`the lab is ${state.phase}`);
    const { http, address } = state.temporal;
    return http ? ownServer(address) : temporalTarget(address);
  });
  // the lab's own daemon is started after its reconciler, perhaps on another port
  const witness = (): OfrepWitness =>
    state.flagd.kind === 'external' ? target.witness : new OfrepWitness(state.flagd.ofrep);
  return { owners: temporalOwners(server), isRestored: (record) => witness().isWithout(record) };
}
