export { incident } from './incident.ts';
export { deploy, teardown } from './life-of-a-lab.ts';
export { lifecycle } from './lifecycle.ts';
export { lifetime } from './lifetime.ts';
export { secrets } from './secrets.ts';
export { rotate, secretSync } from './secrets-of-a-lab.ts';
