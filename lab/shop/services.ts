import { serviceNames } from '../../scenarios/services.ts';

/** Everything that runs in a thread of its own: the services and what puts load on them. */
export const podNames = [...serviceNames, 'load-generator'] as const;

export type PodName = (typeof podNames)[number];
