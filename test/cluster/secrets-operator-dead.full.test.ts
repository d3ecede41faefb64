import { beforeAll, expect, it } from 'vitest';
import { fileCleanup } from '../support/cleanups.ts';
import { Delivery, deployed, nothingIsLeft } from './support/delivery.ts';

// It waits as long as the product does for an operator that does not answer.
const cleanup = fileCleanup();
let lab: Delivery;

beforeAll(async () => {
  lab = await Delivery.up(cleanup);
});

it('a teardown leaves nothing with the operator dead', async () => {
  expect(await deployed(lab)).toBe('install');
  lab.operator.behave({ dead: true });
  expect(await lab.life.teardown()).toMatchObject({ exitCode: 0, left: [] });
  lab.operator.behave({});
  await nothingIsLeft(lab);
});
