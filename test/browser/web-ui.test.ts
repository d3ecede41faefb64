import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { IncidentState } from '../../workflows/contract.ts';
import { openBrowser } from '../support/browser.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { EmbeddedLab } from '../support/lab.ts';

// What a person sees of an incident in Temporal's own Web UI.
const cleanup = fileCleanup();
const patience = { timeout: 20_000, interval: 250 };
let lab: EmbeddedLab;
let page: Page;
let incident: IncidentState;

beforeAll(async () => {
  lab = await EmbeddedLab.up(cleanup);
  ({ page } = await (await openBrowser(cleanup))());
  const { id } = await lab.json<IncidentState>('payment-failure', '--detach', '--duration', '10m');
  incident = await vi.waitFor(async () => {
    const [state] = (await lab.json<IncidentState[]>('status', id)) as [IncidentState?];
    if (state?.phase !== 'active') throw new Error(`is ${state?.phase}`);
    return state;
  }, patience);
});

const open = async (tab: string): Promise<void> => {
  const { ui } = lab.at.temporal;
  await page.goto(`${ui}/namespaces/default/workflows/${incident.id}/${incident.runId}/${tab}`);
};
const text = (): Promise<string> => page.locator('main').last().innerText();
/** The Web UI renders Markdown in a frame of its own. */
const frame = (name: 'summary' | 'details' | 'current-details'): Promise<string> =>
  page.frameLocator(`#user-metadata-${name}`).locator('body').innerText();

describe('an incident under way', () => {
  it('is found by its scenario, under a name that a person can read', async () => {
    const query = encodeURIComponent('IncidentScenario="payment-failure"');
    await page.goto(`${lab.at.temporal.ui}/namespaces/default/workflows?query=${query}`);
    expect(incident.id).toMatch(/^incident-payment-failure-\w+$/);
    await expect.poll(text, patience).toContain(incident.id);
    await page.goto(`${lab.at.temporal.ui}/namespaces/default/workflows?query=${query.replace('payment', 'ad')}`);
    await expect.poll(text, patience).toContain('No Workflows');
    expect(await text()).not.toContain(incident.id);
  });

  it('tells what is broken, until when, and how to stop it', async () => {
    await open('user-metadata');
    await expect.poll(() => frame('summary'), patience).toContain('A share of the card charges fails');
    expect(await frame('details')).toContain('The payment service');
    const details = await frame('current-details');
    expect(details).toContain('Broken: A share of the card charges fails');
    expect(details).toContain(`paymentFailure = 50% until ${incident.deadline}`);
    expect(details).toContain(`npm run incident -- stop ${incident.id}`);
    expect(details).toContain(`temporal workflow signal --workflow-id ${incident.id} --name stop`);
  });

  it('carries its scenario, flag and phase as search attributes', async () => {
    await open('search-attributes');
    await expect.poll(text, patience).toContain('IncidentScenario');
    const shown = await text();
    expect(shown).toMatch(/"IncidentScenario": "payment-failure"/);
    expect(shown).toMatch(/"IncidentFlag": "paymentFailure"/);
    expect(shown).toMatch(/"IncidentPhase": "active"/);
  });

  it.each(['timeline', 'history'])('says in its %s what each step and timer is for', async (tab) => {
    await open(tab);
    const steps = [
      'payment-failure: check input and flags',
      'write paymentFailure = 50% into the ledger',
      'set paymentFailure = 50%',
      'see paymentFailure = 50% in a flag evaluation',
      `fault until ${incident.deadline}`,
    ];
    for (const step of steps) await expect.poll(text, patience).toContain(step);
  });
});

describe('an incident that was stopped', () => {
  it('tells how it ended, and by which steps', async () => {
    await lab.incident('stop', incident.id, '--reason', 'seen enough');
    await open('user-metadata');
    await expect
      .poll(() => frame('current-details'), patience)
      .toContain('recovered: paymentFailure = 50%, ended by stop (seen enough).');
    await open('timeline');
    for (const step of ['withdraw paymentFailure', 'see that it is gone', "close the ledger's record"]) {
      await expect.poll(text, patience).toContain(step);
    }
    await open('search-attributes');
    await expect.poll(text, patience).toMatch(/"IncidentPhase": "closed"/);
  });
});
