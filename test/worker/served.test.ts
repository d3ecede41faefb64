import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { metricsAddress } from '../../environments/metrics-address.ts';
import { logLevel } from '../../environments/log-level.ts';
import { Health } from '../../worker/sight/health.ts';
import { handWritten } from '../support/flags.ts';
import { EmbeddedLab } from '../support/lab.ts';
import { temporaryDirectory } from '../support/flags.ts';
import { namesIn, scrape, valueOf } from '../support/metrics.ts';
import { patience } from '../support/patience.ts';
import { SeenProcess } from '../support/seen-process.ts';

async function statusOf(address: string, path: string): Promise<string> {
  const response = await fetch(`http://${address}/${path}`);
  return `${response.status} ${(await response.text()).trim()}`;
}

describe('a reconciler by itself', () => {
  it('shows the ledger as it is at each scrape, and counts what it withdraws', async () => {
    const reconciler = await SeenProcess.on('reconciler', onTestFinished);
    await reconciler.breakFor(3_000);
    const mend = await reconciler.blockChanges();
    await reconciler.startServing(onTestFinished);
    await vi.waitFor(async () => expect(await statusOf(reconciler.address, 'readyz')).toBe('200 ok'), patience);
    await vi.waitFor(async () => {
      const text = await scrape(reconciler.address);
      expect(valueOf(text, 'incidentfox_ledger_open_records', { environment: 'embedded' })).toBe(1);
      expect(valueOf(text, 'incidentfox_ledger_overdue_records')).toBe(1);
      expect(valueOf(text, 'incidentfox_ledger_oldest_overdue_seconds')).toBeGreaterThan(0);
      expect(valueOf(text, 'incidentfox_reconciler_restores_total', { reason: 'deadline' })).toBe(0);
    }, patience);
    // its loop turns, whatever comes of it
    expect(await statusOf(reconciler.address, 'healthz')).toBe('200 ok');

    await mend();
    await vi.waitFor(async () => {
      const text = await scrape(reconciler.address);
      expect(valueOf(text, 'incidentfox_ledger_overdue_records')).toBe(0);
      expect(valueOf(text, 'incidentfox_ledger_withdrawing_records')).toBe(1);
      expect(valueOf(text, 'incidentfox_reconciler_restores_total', { reason: 'deadline' })).toBe(1);
    }, patience);
    expect(await readFile(reconciler.file, 'utf8')).toBe(handWritten);
  });

  it('shows no value of before where the ledger cannot be read', async () => {
    const reconciler = await SeenProcess.on('reconciler', onTestFinished);
    await reconciler.breakFor(3_600_000);
    await reconciler.startServing(onTestFinished);
    await vi.waitFor(async () => {
      expect(valueOf(await scrape(reconciler.address), 'incidentfox_ledger_open_records')).toBe(1);
    }, patience);
    await writeFile(`${reconciler.file}.ledger.json`, 'no ledger');
    await vi.waitFor(async () => {
      const text = await scrape(reconciler.address);
      expect(valueOf(text, 'incidentfox_ledger_readable')).toBe(0);
      const left = [...namesIn(text)].filter((name) => /ledger|halted/.test(name));
      expect(left).toEqual(['incidentfox_ledger_readable']);
    }, patience);
  });
});

it('a worker without a Temporal server serves, is well, and not ready', async () => {
  const worker = await SeenProcess.on('worker', onTestFinished);
  await worker.startServing(onTestFinished);
  expect(await statusOf(worker.address, 'healthz')).toBe('200 ok');
  expect(await statusOf(worker.address, 'readyz')).toBe('503 no worker polls yet');
});

it('a loop that has not turned for a minute is not well', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const health = new Health();
  health.roundTurned();
  vi.advanceTimersByTime(59_000);
  expect(health.whyNotWell()).toBeUndefined();
  vi.advanceTimersByTime(3_000);
  expect(health.whyNotWell()).toBe('the reconcile loop has not turned for 62 s');
  health.roundTurned();
  expect(health.whyNotWell()).toBeUndefined();
});

describe('what is set wrongly', () => {
  it.each([
    '9464',
    ':9464',
    'localhost',
    '127.0.0.1:',
    '127.0.0.1:0',
    '127.0.0.1:65536',
    '::1:9464',
    'http://[::1]:1',
    'a b:1',
  ])('is no address: %s', (text) => {
    expect(() => metricsAddress({ INCIDENTFOX_METRICS: text })).toThrow(`INCIDENTFOX_METRICS is "${text}"`);
  });

  it('is told from what is right', () => {
    expect(metricsAddress({})).toBeUndefined();
    expect(metricsAddress({ INCIDENTFOX_METRICS: '' })).toBeUndefined();
    expect(metricsAddress({ INCIDENTFOX_METRICS: '0.0.0.0:9464' })).toEqual({ host: '0.0.0.0', port: 9464 });
    expect(metricsAddress({ INCIDENTFOX_METRICS: '[::1]:1' })).toEqual({ host: '::1', port: 1 });
    expect(logLevel({})).toBe('info');
    expect(logLevel({ INCIDENTFOX_LOG_LEVEL: 'warn' })).toBe('warn');
    expect(() => logLevel({ INCIDENTFOX_LOG_LEVEL: 'WARNING' })).toThrow('INCIDENTFOX_LOG_LEVEL is "WARNING"');
  });

  it.each([
    [{ INCIDENTFOX_METRICS: 'nonsense' }, 'INCIDENTFOX_METRICS is'],
    [{ INCIDENTFOX_LOG_LEVEL: 'loud' }, 'INCIDENTFOX_LOG_LEVEL is'],
  ])('brings no lab up: %j', async (env, message) => {
    const lab = new EmbeddedLab(await temporaryDirectory(), env);
    const { exitCode, stderr } = await lab.lab('up', '--detach');
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });

  it.each(['reconciler', 'worker'] as const)(
    'ends a %s whose log level is none, with a line that says so',
    async (name) => {
      const process = await SeenProcess.on(name, onTestFinished);
      const { exitCode, stdout, stderr } = await process.toItsEnd({ INCIDENTFOX_LOG_LEVEL: 'loud' });
      expect([exitCode, stderr]).toEqual([1, '']);
      expect(stdout.trim().split('\n')).toEqual([expect.stringContaining('INCIDENTFOX_LOG_LEVEL is \\"loud\\"')]);
    },
  );

  it('ends a worker whose address is taken, with a line that says so', async () => {
    const [first, second] = [
      await SeenProcess.on('reconciler', onTestFinished),
      await SeenProcess.on('worker', onTestFinished),
    ];
    await first.startServing(onTestFinished);
    const { exitCode, stdout } = await second.toItsEnd({ INCIDENTFOX_METRICS: first.address });
    expect(exitCode).toBe(1);
    expect(stdout).toContain(`Metrics cannot be served on ${first.address}: `);
  });
});
