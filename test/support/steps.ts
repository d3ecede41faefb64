import { drawCells, isFull } from './matrix.ts';

/** Steps by kind: types of a life cycle's activities, or what Query `progress` shows of a rotation. */
type Steps = Record<string, string[]>;

export const deploySteps: Steps = {
  'nothing is changed yet': ['preflight'],
  'in helm': ['installDemo', 'installReconciler'],
  'waiting for the workloads': ['awaitReady', 'smoke', 'describeLab'],
};

export const teardownSteps: Steps = {
  'nothing is changed yet': ['preflightTeardown', 'endIncidents'],
  'in helm': ['uninstall', 'removeVolumes'],
  'waiting for the namespace': ['removeNamespace'],
};

const terraformSteps: Steps = {
  'nothing is changed yet': ['preflightAws', 'initTerraform', 'planTerraform'],
  'in Terraform': ['applyTerraform'],
};

export const awsDeploySteps: Steps = {
  ...terraformSteps,
  'in the cluster': ['connectCluster', 'installAddons', 'installDemo'],
};

export const awsTeardownSteps: Steps = {
  ...terraformSteps,
  'in the cluster': ['uninstall', 'removeClusterMade'],
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
