import { currentEnvironment } from '../environments/current.ts';
import { type Environment, isCluster, loadEnvironment } from '../environments/load.ts';
import { labPaths } from './paths.ts';
import { type LabState, readState } from './state.ts';

/** The environment that the process works on, with its flags where its variables say, else where the lab that is up has them. */
export function labEnvironment(): Environment {
  const { INCIDENTFOX_FLAGS: flags, INCIDENTFOX_OFREP: ofrep } = process.env;
  const { flagd } = readState() ?? {};
  return placed(flags ?? flagd?.file ?? labPaths.flags, ofrep ?? flagd?.ofrep);
}

/** The same with its flags where the lab of that state has them, whatever the variables say. */
export function environmentOf({ flagd }: LabState): Environment {
  return placed(flagd.file, flagd.ofrep);
}

function placed(location: string, ofrep: string | undefined): Environment {
  const environment = loadEnvironment(currentEnvironment(), {
    ...process.env,
    INCIDENTFOX_FLAGS: location,
    INCIDENTFOX_OFREP: ofrep,
  });
  return isCluster(environment) ? environment : { ...environment, flags: { store: 'file', location } };
}
