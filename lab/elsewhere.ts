import { codecKeysFile } from '../environments/codec-keys.ts';
import { currentEnvironment } from '../environments/current.ts';
import { isCluster, loadEnvironment } from '../environments/load.ts';
import { temporalTarget } from '../environments/temporal.ts';
import { type LabState, readState } from './state.ts';

/** The lab that the process works on: one whose workers run elsewhere, else the one that was brought up here, if any. */
export function knownLab(): LabState | undefined {
  return labElsewhere() ?? readState();
}

/** A team's lab, as its environment describes it; undefined where the lab's workers are this machine's own. */
export function labElsewhere(): LabState | undefined {
  const current = currentEnvironment();
  // it always runs here, and its commands are to be quick
  if (current === 'embedded') return undefined;
  const environment = loadEnvironment(current);
  const { temporal, flags } = environment;
  if (temporal.workers === 'here') return undefined;
  const { address } = temporalTarget(temporal.address);
  const [ofrep, shop] = isCluster(environment)
    ? [environment.services.ofrep, null]
    : [environment.ofrep, environment.shop];
  return {
    phase: 'ready',
    step: 'ready',
    demo: null,
    supervisor: null,
    temporal: { address, ui: temporal.ui, http: null, process: null },
    codecKeys: codecKeysFile() ?? null,
    worker: { process: null },
    flagd: { ofrep, file: flags.location, kind: 'external', process: null },
    shop: { url: shop, process: null },
  };
}
