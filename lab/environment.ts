import { currentEnvironment } from '../environments/current.ts';
import { type Environment, isCluster, loadEnvironment } from '../environments/load.ts';
import { labPaths } from './paths.ts';
import { knownLab } from './elsewhere.ts';
import type { LabState } from './state.ts';

/** The environment that the process works on, with its flags where its variables say, else where the lab that is up has them. */
export function labEnvironment(): Environment {
  const { INCIDENTFOX_FLAGS: flags, INCIDENTFOX_OFREP: ofrep } = process.env;
  const { flagd, supervisor, context } = knownLab() ?? {};
  return placed(flags ?? flagd?.file ?? labPaths.flags, ofrep ?? flagd?.ofrep, supervisor ? context : null);
}

/** The same with its flags where the lab of that state has them, whatever the variables say. */
export function environmentOf({ flagd, context }: LabState): Environment {
  return placed(flagd.file, flagd.ofrep, context);
}

function placed(location: string, ofrep: string | undefined, context: string | null | undefined): Environment {
  const environment = loadEnvironment(currentEnvironment(), {
    ...process.env,
    INCIDENTFOX_FLAGS: location,
    INCIDENTFOX_OFREP: ofrep,
    ...(context ? { INCIDENTFOX_CONTEXT: context } : {}),
  });
  return isCluster(environment) ? environment : { ...environment, flags: { store: 'file', location } };
}
