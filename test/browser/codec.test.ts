import path from 'node:path';
import { beforeAll, expect, it, vi } from 'vitest';
import type { IncidentResult, IncidentState } from '../../workflows/contract.ts';
import { openBrowser, type Seen } from '../support/browser.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { startCodecServer } from '../support/codec-server.ts';
import { temporaryDirectory } from '../support/flags.ts';
import { builtCommand, EmbeddedLab } from '../support/lab.ts';

// What Temporal's own Web UI shows of an incident whose payloads are encrypted: in a browser, with its rules on who may ask whom.
const cleanup = fileCleanup();
const patience = { timeout: 20_000, interval: 250 };
const canary = 'canary-of-a-reason-5b1f';
let lab: EmbeddedLab;
let keys: string;
let incident: IncidentResult;
let open: Awaited<ReturnType<typeof openBrowser>>;

beforeAll(async () => {
  keys = path.join(await temporaryDirectory(cleanup), 'keys.yaml');
  await builtCommand('codec', ['keys', '--out', keys]);
  lab = await EmbeddedLab.withoutShop(cleanup, { env: { INCIDENTFOX_CODEC_KEYS: keys } });
  const { id } = await lab.json<IncidentState>('payment-failure', '--detach', '--duration', '10m');
  await vi.waitFor(async () => {
    const [state] = (await lab.json<IncidentState[]>('status', id)) as [IncidentState?];
    if (state?.phase !== 'active') throw new Error(`is ${state?.phase}`);
  }, patience);
  incident = await lab.json<IncidentResult>('stop', id, '--reason', canary);
  open = await openBrowser(cleanup);
});

/** The page of the incident, in a browser whose Web UI was told of a codec server; what it says, and what it was refused. */
async function page(codec: string): Promise<{ text: () => Promise<string>; seen: Seen; asked: string[] }> {
  const { page: tab, seen } = await open();
  const asked: string[] = [];
  tab.on('response', (response) => {
    if (response.url().startsWith(codec))
      asked.push(`${response.request().method()} ${response.url()} ${response.status()}`);
  });
  const settings = { endpoint: JSON.stringify(codec), overrideRemoteCodecConfiguration: 'true' };
  await tab.addInitScript(`Object.assign(localStorage, ${JSON.stringify(settings)})`);
  await tab.goto(`${lab.at.temporal.ui}/namespaces/default/workflows/${incident.id}/${incident.runId}/history`);
  return { text: () => tab.locator('main').last().innerText(), seen, asked };
}

it('is all in clear through the codec server', async () => {
  const { endpoint } = await startCodecServer(keys, cleanup, '--origin', lab.at.temporal.ui);
  const { text, asked } = await page(endpoint);
  await expect.poll(text, patience).toContain(canary);
  expect(await text()).toContain('payment-failure');
  expect(asked.length).toBeGreaterThan(0);
  for (const each of asked) expect(each).toMatch(/^POST \S+\/decode(\?\S*)? 200$/);
});

it('is not, where the codec server is for another page', async () => {
  const { endpoint } = await startCodecServer(keys, cleanup, '--origin', 'http://127.0.0.1:1');
  const { text, seen } = await page(endpoint);
  await expect.poll(() => seen.errors.join('\n'), patience).toContain('blocked by CORS policy');
  expect(await text()).not.toContain(canary);
});
