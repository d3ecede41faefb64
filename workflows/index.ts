export { incident } from './incident.ts';
export { deploy, teardown } from './life-of-a-lab.ts';
export { lifecycle } from './lifecycle.ts';
export { lifetime } from './lifetime.ts';
