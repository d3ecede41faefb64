import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { run } from '../activities/command.ts';
import { projectRoot } from '../environments/root.ts';
import { launchChromium } from './chromium.ts';

/** `npm run picture`: takes docs/incident.png off the board of a lab of its own, before, during and after an incident. */
const seconds = 40;
const file = path.join(projectRoot, 'docs/incident.png');
const directory = await mkdtemp(path.join(tmpdir(), 'incidentfox-picture-'));
const env = { ...process.env, INCIDENTFOX_LAB: directory };
const call = async (program: 'incident' | 'lab', ...args: string[]): Promise<string> =>
  (await run(process.execPath, [path.join(projectRoot, 'dist/bin', `${program}.js`), ...args], { env })).stdout;

try {
  const { shop } = JSON.parse(await call('lab', 'up', '--detach', '--json')) as { shop: { url: string } };
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ viewport: { width: 960, height: 800 }, deviceScaleFactor: 1.25 });
    await page.goto(`${shop.url}/board/`);
    await page.locator('#range select').selectOption('120');
    // the shop's first seconds, and the browser's own start, are not to be seen
    await delay((seconds + 15) * 1_000);
    await call('incident', 'payment-failure', '--variant', '100%', '--duration', `${seconds}s`);
    await delay((seconds - 5) * 1_000);
    const box = await page.locator('#overview .card').nth(3).boundingBox();
    if (box === null) throw new Error('The board shows fewer than four charts');
    await page.screenshot({ path: file, clip: { x: 0, y: 0, width: 960, height: box.y + box.height + 10 } });
  } finally {
    await browser.close();
  }
  process.stdout.write(`${path.relative(process.cwd(), file)}\n`);
} finally {
  await call('lab', 'down');
  await rm(directory, { recursive: true, force: true });
}
