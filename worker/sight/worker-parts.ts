import type { InjectedSinks, WorkerOptions } from '@temporalio/worker';
import type { IncidentSinks } from '../../workflows/incident-sink.ts';
import type { Metrics } from './metrics.ts';
import { workflowBundle, type WorkerTraces } from './traces.ts';

/** What workers are made with so that they are seen: those that run workflows, and those that run activities only. */
export interface WorkerParts {
  workflows: Pick<WorkerOptions, 'workflowBundle' | 'interceptors' | 'sinks'>;
  activities: Pick<WorkerOptions, 'interceptors'>;
}

/** By default nobody looks; what workflows tell is heard all the same. */
export function workerParts(metrics?: Metrics, traces?: WorkerTraces): WorkerParts {
  const sinks: InjectedSinks<IncidentSinks> = {
    incidents: { ended: { fn: (_info, incident) => metrics?.incidentEnded(incident), callDuringReplay: false } },
  };
  const { interceptors, sinks: spans } = traces?.options ?? {};
  return {
    workflows: {
      workflowBundle: workflowBundle(traces !== undefined),
      sinks: { ...sinks, ...spans },
      ...(interceptors ? { interceptors } : {}),
    },
    activities: interceptors ? { interceptors } : {},
  };
}
