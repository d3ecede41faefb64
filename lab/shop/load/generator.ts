import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Setup } from '../runtime/service.ts';
import { openBrowser } from './browser.ts';
import { flood } from './flood.ts';
import { shop } from './shopping.ts';

const restingUsers = 5;
const maxUsers = 500;
// With five users and a quick shop this makes some 14 page actions a second.
const thinkMs = { least: 160, most: 440 };

/** A closed loop of virtual users, as many as `loadGeneratorVUs` says, none while `loadGeneratorTraffic` is 0. */
export const loadGenerator: Setup = ({ flags, calls, every }) => {
  const base = (): string => calls.address('frontend-proxy');
  let wanted = 0;
  let present = 0;

  const visit = async (): Promise<void> => {
    const browser = openBrowser(base, randomUUID());
    // The last to come is the first to go.
    const place = (present += 1);
    const stays = (): boolean => place <= wanted;
    while (stays()) {
      await sleep(thinkMs.least + Math.random() * (thinkMs.most - thinkMs.least));
      await shop(browser).catch(() => {});
    }
    present -= 1;
  };

  every(500, async () => {
    const traffic = await flags.amount('loadGeneratorTraffic', 1);
    const users = Math.min(Math.floor(await flags.amount('loadGeneratorVUs', restingUsers)), maxUsers);
    wanted = traffic > 0 ? users : 0;
    for (let missing = wanted - present; missing > 0; missing -= 1) void visit();
  });

  every(500, async () => {
    for (;;) {
      const extra = await flags.amount('loadGeneratorFloodHomepage');
      if (extra < 1 || wanted === 0) return;
      await flood(base(), Math.floor(extra));
    }
  });
  return {};
};
