import type { Page } from 'playwright-core';
import { launchChromium } from '../../bench/chromium.ts';
import type { Cleanup } from './flags.ts';

/** What a page did that it should not have. */
export interface Seen {
  /** errors on its console, and those that it threw */
  errors: string[];
  /** hosts that it asked and that are not this machine's loopback; they are not reached */
  strangers: Set<string>;
}

/** A browser that reaches nothing but 127.0.0.1; each call of the answer opens a page. */
export async function openBrowser(cleanup: Cleanup): Promise<() => Promise<{ page: Page; seen: Seen }>> {
  const browser = await launchChromium();
  cleanup(() => browser.close());
  return async () => {
    const page = await browser.newPage({ viewport: { width: 1400, height: 1200 } });
    const seen: Seen = { errors: [], strangers: new Set() };
    page.on('console', (message) => {
      if (message.type() === 'error') seen.errors.push(message.text());
    });
    page.on('pageerror', (error) => seen.errors.push(error.message));
    await page.route('**/*', async (route) => {
      const { hostname, protocol } = new URL(route.request().url());
      if (hostname === '127.0.0.1' || protocol === 'data:') return await route.continue();
      seen.strangers.add(hostname);
      return await route.abort();
    });
    return { page, seen };
  };
}
