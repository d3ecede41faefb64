import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { execa, type ResultPromise } from 'execa';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FileFlagStore } from '../../activities/flags/file-store.ts';
import type { IncidentResult, IncidentState } from '../../workflows/contract.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { EmbeddedLab } from '../support/lab.ts';
import { patience } from '../support/patience.ts';

// On the older demo's flags, without a shop: the command line on a whole lab is in command-line.test.ts.
const cleanup = fileCleanup();
let lab: EmbeddedLab;
let original: string;
let store: FileFlagStore;

beforeAll(async () => {
  lab = await EmbeddedLab.withoutShop(cleanup, { demo: '2.2.0' });
  original = await flags();
  store = new FileFlagStore(lab.at.flagd.file);
});

// What one test has left when it fails is nothing to the next.
afterEach(async () => {
  const state = await store.read();
  if (state.open().length > 0) await lab.incidentHere('halt');
  if ((await store.read()).halted) await lab.incidentHere('resume');
});

const flags = () => readFile(lab.at.flagd.file, 'utf8');
const ledger = async () => (await store.read()).records();

const underWay = () => lab.jsonHere<(IncidentState & { secondsLeft: number })[]>('status');

/** Waits until an incident is active, the only one that is under way. */
async function active(): Promise<IncidentState & { secondsLeft: number }> {
  await expect.poll(async () => (await underWay()).map(({ phase }) => phase), patience).toEqual(['active']);
  const [entry] = await underWay();
  if (!entry) throw new Error('it is over');
  return entry;
}

describe('an incident from the command line', () => {
  it('goes on detached, is listed, shown, extended and stopped', async () => {
    const started = await lab.json<IncidentState>('cart-failure', '--duration', '10m', '--detach');
    const entry = await active();
    expect(entry).toMatchObject({ id: started.id, flag: 'cartFailure', variant: 'on' });
    expect(entry.secondsLeft).toBeGreaterThan(500);
    const listed = (await lab.json<{ name: string; active: { id: string } | null }[]>('list')) as {
      name: string;
      active: unknown;
    }[];
    expect(listed.find(({ name }) => name === 'cart-failure')?.active).toMatchObject({ id: started.id });
    const extended = await lab.json<{ deadline: string }>('extend', started.id, '5m');
    expect(Date.parse(extended.deadline) - Date.parse(entry.deadline ?? '')).toBe(300_000);
    const second = await lab.incident('cart-failure');
    expect(second).toMatchObject({ exitCode: 3, stderr: expect.stringContaining(started.id) });
    expect((await lab.lab('down', '--if-idle')).exitCode).toBe(3);
    const stopped = await lab.json<IncidentResult>('stop', started.id, '--reason', 'enough');
    expect(stopped).toMatchObject({ outcome: 'recovered', endedBy: 'stop', reason: 'enough' });
    expect(await flags()).toBe(original);
  });

  it('shows its plan in a dry run and writes nothing', async () => {
    const before = [await flags(), (await ledger()).length];
    const plan = await lab.json<Record<string, unknown>>('product-catalog-failure', '--dry-run');
    expect(plan).toMatchObject({
      flag: 'productCatalogFailure',
      variant: 'on',
      before: { defaultVariant: 'off' },
      after: { defaultVariant: 'on', metadata: { incident: expect.any(String) } },
    });
    expect([await flags(), (await ledger()).length]).toEqual(before);
  });

  // Python's pty module is the terminal, no column wide; its Ctrl-C is the character that a keyboard sends.
  const terminal = ['-c', 'import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)'];
  const sized = ['sh', '-c', 'stty rows 40 cols 120 && exec "$0" "$@"'];
  it.each([
    ['by a signal', process.execPath, [], (child: ResultPromise) => child.kill('SIGINT')],
    [
      'by Ctrl-C at a terminal',
      'python3',
      [...terminal, ...sized, process.execPath],
      (child: ResultPromise) => child.stdin?.write('\u0003'),
    ],
    [
      'by Ctrl-C at a terminal without a size',
      'python3',
      [...terminal, process.execPath],
      (child: ResultPromise) => child.stdin?.write('\u0003'),
    ],
  ])('is not ended by leaving it %s', async (_how, file, args, leave) => {
    const command = ['dist/bin/incident.js', 'llm-rate-limit', '--duration', '1m'];
    const child = execa(file, [...args, ...command], { env: lab.env, extendEnv: false, reject: false, all: true });
    const { id } = await active();
    leave(child);
    const { all, exitCode } = await child;
    expect({ exitCode, all }).toEqual({ exitCode: 130, all: expect.stringContaining('the incident goes on') });
    expect((await active()).id).toBe(id);
    await lab.incidentHere('stop', id);
  });
});

describe('the safety lever', () => {
  it('ends everything, refuses what is new, and is released', async () => {
    const { id } = await lab.json<IncidentState>('ad-failure', '--duration', '10m', '--detach');
    await active();
    const halted = await lab.json<Record<string, unknown>>('halt', '--reason', 'drill');
    expect(await flags()).toBe(original);
    expect(halted).toMatchObject({ halted: true, reason: 'drill', verified: true });
    // a reconciler may withdraw as soon as the lever is pulled, and the workflow may be told and not yet have ended
    expect([[], [{ id, flag: 'adFailure' }]]).toContainEqual(halted['withdrawn']);
    expect([[], [id]]).toContainEqual(halted['notEnded']);
    await expect
      .poll(async () => (await lab.jsonHere<IncidentState[]>('status', id))[0], patience)
      .toMatchObject({ outcome: 'recovered', endedBy: 'halt', withdrawnBy: 'lever' });
    expect(await lab.json('halt', '--reason', 'again')).toMatchObject({ since: halted['since'], withdrawn: [] });
    expect((await lab.lab('status')).stdout).toContain('The safety lever is pulled');
    for (const args of [['payment-failure'], ['payment-failure', '--dry-run']]) {
      const refused = await lab.incidentHere(...args);
      expect(refused).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('drill') });
    }
    expect(await lab.json('resume')).toEqual({ halted: false, wasHalted: true });
    expect(await lab.json('resume')).toEqual({ halted: false, wasHalted: false });
  });

  it('has a reconciler beside it that says what it would do, and leaves a live incident alone', async () => {
    expect((await lab.incident('reconcile', '--dry-run')).stdout).toContain('No fault is in force');
    const { id } = await lab.json<IncidentState>('ad-failure', '--duration', '10m', '--detach');
    await active();
    const broken = await flags();
    for (const args of [['--dry-run'], []]) {
      expect(await lab.jsonHere('reconcile', ...args)).toMatchObject({
        rows: [{ id, flag: 'adFailure', action: 'keep' }],
      });
      expect(await flags()).toBe(broken);
    }
    await lab.incidentHere('stop', id);
  });
});

describe('the catalogue', () => {
  it('knows the older demo', async () => {
    const rows = (await lab.jsonHere('list')) as unknown as { name: string; flag: string; available: boolean }[];
    expect(rows).toHaveLength(16);
    expect(rows.find(({ name }) => name === 'traffic-flood')).toMatchObject({
      flag: 'loadGeneratorFloodHomepage',
      available: true,
    });
    expect(rows.find(({ name }) => name === 'intl-shipping-slowdown')).toMatchObject({ available: false });
  });

  it('shows a scenario with its blast radius', async () => {
    const { stdout, exitCode } = await lab.incidentHere('show', 'paymentFailure');
    expect(exitCode).toBe(0);
    for (const heading of ['Root cause', 'Blast radius', 'Symptoms', 'PromQL', 'What stays'])
      expect(stdout).toContain(heading);
  });
});

describe('bad usage', () => {
  it.each(['deploy', 'teardown'] as const)('%s of a lab that is no cluster', async (work) => {
    const { stdout, exitCode } = await lab[work]('--json');
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'bad-usage' } });
  });

  it('an environment that does not exist', async () => {
    const { stdout, exitCode } = await lab.incidentHere('status', '--environment', 'nowhere', '--json');
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'bad-environment' } });
  });

  it.each([
    ['unknown scenario', ['payment-failur'], 2, 'Did you mean payment-failure'],
    ['unknown scenario, unicode', ['支付'], 2, 'There is no scenario "支付"'],
    ['unknown variant', ['payment-failure', '--variant', '33%'], 2, '25%'],
    ['resting variant', ['payment-failure', '--variant', 'off'], 2, 'would change nothing'],
    ['flag of another demo', ['intl-shipping-slowdown'], 2, 'intlShippingSlowdown'],
    ['zero', ['payment-failure', '--duration', '0'], 2, 'from 1s to 24h'],
    ['negative', ['payment-failure', '--duration=-5m'], 2, 'from 1s to 24h'],
    ['too long', ['payment-failure', '--duration', '25h'], 2, 'from 1s to 24h'],
    ['parsecs', ['payment-failure', '--duration', '10 parsecs'], 2, 'from 1s to 24h'],
    ['empty duration', ['payment-failure', '--duration', ''], 2, 'from 1s to 24h'],
    ['unknown option', ['payment-failure', '--durration', '1m'], 2, '--duration'],
    ['nothing', [], 2, 'scenario'],
    ['too many', ['payment-failure', 'ad-failure'], 2, 'argument'],
    ['unknown incident to stop', ['stop', 'incident-none'], 2, 'incident-none'],
    ['unknown incident to extend', ['extend', 'incident-none', '5m'], 2, 'incident-none'],
    ['bad extension', ['extend', 'incident-none', '25h'], 2, 'from 1s to 24h'],
    ['unknown incident to show', ['status', 'incident-none'], 2, 'incident-none'],
  ])('%s: one line and its exit code', async (_what, args, exitCode, hint) => {
    const result = await lab.incidentHere(...args);
    const lines = result.stderr.split('\n').filter((line) => line.startsWith('✖'));
    expect({ exitCode: result.exitCode, lines }).toEqual({ exitCode, lines: [expect.stringContaining(hint)] });
    expect(result.stdout).toBe('');
    expect(result.stderr).not.toContain('    at ');
    const { error } = JSON.parse((await lab.incidentHere(...args, '--json')).stdout) as { error: { code: string } };
    expect(error.code).toBeTruthy();
    expect(await flags()).toBe(original);
  });

  it.each([
    ['empty', ''],
    ['not JSON', '{"flags":'],
    ['not flagd', '{"flags":[]}'],
  ])('a flag file that is %s', async (_what, text) => {
    const records = await ledger();
    await writeFile(lab.at.flagd.file, text);
    try {
      const { exitCode, stderr } = await lab.incidentHere('payment-failure');
      expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining('The flag document') });
      expect(await flags()).toBe(text);
      expect(await ledger()).toEqual(records);
    } finally {
      await writeFile(lab.at.flagd.file, original);
    }
  });

  it('a flag file that is read-only', async () => {
    const { mode } = await stat(lab.at.flagd.file);
    const records = await ledger();
    await chmod(lab.at.flagd.file, 0o444);
    try {
      const { exitCode, stderr } = await lab.incident('payment-failure');
      expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining('cannot be changed') });
      expect(await ledger()).toEqual(records);
    } finally {
      await chmod(lab.at.flagd.file, mode);
    }
  });
});
