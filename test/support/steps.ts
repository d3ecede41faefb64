import { drawCells, isFull } from './matrix.ts';

/** Steps of a life cycle as Query `progress` shows them, by kind. */
type Steps = Record<string, string[]>;

export const deploySteps: Steps = {
  'nothing is changed yet': ['preflight'],
  'in helm': ['installing the demo', 'installing the reconciler'],
  'waiting for the workloads': [
    'waiting until every workload is ready',
    'trying the front door and the flags',
    'reading the release',
  ],
};

export const teardownSteps: Steps = {
  'nothing is changed yet': ['looking at what is there', 'ending the incidents'],
  'in helm': ['uninstalling the releases', 'removing the volumes'],
  'waiting for the namespace': ['removing the namespace'],
};

export const awsSteps: Steps = {
  'nothing is changed yet': ['looking at the account', 'preparing Terraform', 'planning'],
  'in Terraform': ['applying'],
  'in the cluster': ['connecting to the cluster', 'installing the demo', 'uninstalling the releases'],
};

export const rotationSteps: Steps = {
  'another version': ['making another password for postgres'],
  'the database': ['telling the database the password of postgres', 'logging in with the password of postgres'],
  'the current version': ['making another version of postgres the current one', 'bringing postgres into step'],
  consumers: ['restarting accounting', 'restarting product-catalog', 'restarting collector'],
};

export interface DrawnSteps {
  has: (step: string) => boolean;
  names: string[];
}

/** In which steps the worker is killed, or the workflow cancelled: in every one that is seen, in a sample in one of each kind. */
export function drawSteps(matrix: string, steps: Steps): DrawnSteps {
  const cells = Object.entries(steps).flatMap(([kind, names]) => names.map((name) => ({ name, kind })));
  const names = drawCells(matrix, cells).map(({ name }) => name);
  return { has: (step) => isFull() || names.includes(step), names };
}
