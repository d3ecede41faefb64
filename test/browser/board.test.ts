import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import type { IncidentState } from '../../workflows/contract.ts';
import { openBrowser, type Seen } from '../support/browser.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { EmbeddedLab } from '../support/lab.ts';

const cleanup = fileCleanup();
const patience = { timeout: 30_000, interval: 500 };
let lab: EmbeddedLab;
let page: Page;
let seen: Seen;

beforeAll(async () => {
  lab = await EmbeddedLab.up(cleanup);
  ({ page, seen } = await (await openBrowser(cleanup))());
  await page.goto(`${lab.at.shop.url}/board/`);
});

const card = (title: string) => page.locator('.card', { hasText: title }).first();
const legend = (title: string): Promise<string> => card(title).locator('.u-legend').innerText();
const incidents = (): Promise<string> => page.locator('#incidents').innerText();

/** How many pixels of a chart have about this colour: what is drawn on a canvas leaves no text to look for. */
async function pixels(title: string, colour: [number, number, number]): Promise<number> {
  return await card(title)
    .locator('canvas')
    .evaluate((element, wanted) => {
      const { data } = element.getContext('2d').getImageData(0, 0, element.width, element.height);
      let count = 0;
      for (let at = 0; at < data.length; at += 4) {
        if (data[at + 3] > 20 && wanted.every((part, index) => Math.abs(data[at + index] - part) < 8)) count += 1;
      }
      return count;
    }, colour);
}

const blue: [number, number, number] = [47, 111, 222];
// the incident's shade as it lies on the transparent canvas
const amber: [number, number, number] = [230, 150, 30];

it('the board draws a shop that is well', async () => {
  await expect.poll(() => page.locator('#health').innerText(), patience).toBe('19 of 19 services ready');
  expect(await page.locator('.card canvas').count()).toBeGreaterThan(8);
  await expect.poll(() => legend('Requests at the front door'), patience).toMatch(/all[\s:]*[1-9]/);
  expect(await pixels('Requests at the front door', blue)).toBeGreaterThan(20);
  await expect.poll(() => legend('Errors in buying'), patience).toMatch(/payment[\s:]*0 %/);
  expect(await pixels('Errors in buying', amber)).toBe(0);
  expect(await incidents()).toBe('');
});

it('the board names an incident, shades its time, and shows what it does', async () => {
  const input = ['payment-failure', '--variant', '100%', '--duration', '10m', '--detach'];
  const { id } = await lab.json<IncidentState>(...input);
  await expect.poll(incidents, patience).toContain('incident: payment-failure (100%) since');
  await expect.poll(() => legend('Errors in buying'), patience).toMatch(/payment[\s:]*100 %/);
  await expect.poll(() => pixels('Errors in buying', amber), patience).toBeGreaterThan(500);

  await lab.incident('stop', id);
  await expect.poll(incidents, patience).toMatch(/^payment-failure \(100%\) [\d:]+ to [\d:]+$/);
  await expect.poll(() => legend('Errors in buying'), patience).toMatch(/payment[\s:]*0 %/);
  expect(await pixels('Errors in buying', amber)).toBeGreaterThan(500);
});

it('the board shows each service, reports no error, and asks nobody but this machine', async () => {
  await page.locator('#service').selectOption('cart');
  await expect.poll(() => page.locator('#detail').innerText(), patience).toMatch(/cart[\s:]*\d/);
  expect(seen).toEqual({ errors: [], strangers: new Set() });
});
