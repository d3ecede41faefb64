import { beforeAll, describe, expect, it } from 'vitest';
import { fileCleanup } from '../support/cleanups.ts';
import { Copy } from './support/configuration.ts';
import { assertOrder, type Operation } from '../support/terraform/journal.ts';
import { cluster, kind, order, slow } from '../support/terraform/order.ts';
import { isSimulated, tofuPath } from '../support/terraform/tofu.ts';

const cleanup = fileCleanup();

describe.skipIf(!isSimulated)('the order', () => {
  let made: Operation[];
  let gone: Operation[];
  let left: number;

  beforeAll(async () => {
    const copy = await Copy.make(await tofuPath(), cleanup);
    await copy.init();
    const simulation = { DELAY_MS: slow };
    await copy.made(simulation);
    made = await copy.operations();
    await copy.destroy(simulation);
    gone = await copy.operations(made.length);
    left = await copy.objects();
  });

  it.each(order)('in which all is made: %s', (_, first, then) => {
    expect(() => assertOrder(made, first, then)).not.toThrow();
  });

  it.each(order)('in which all goes, the other way round: %s', (_, first, then) => {
    expect(() => assertOrder(gone, then, first)).not.toThrow();
  });

  it('is through with everything', () => {
    expect(gone).toHaveLength(made.length);
    expect([...made, ...gone].filter(({ error }) => error)).toEqual([]);
    expect(left).toBe(0);
  });

  it('lets the control plane begin before the NAT gateways are through', () => {
    expect(() => assertOrder(made, kind('aws_nat_gateway'), cluster)).toThrow(/ms after/);
  });
});
