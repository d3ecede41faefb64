import { mkdtempSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { vi } from 'vitest';
import { freePort } from '../../../bench/free-port.ts';
import { start, type Child } from '../../../activities/command.ts';
import { flagdCommand } from '../../../lab/flagd/command.ts';
import { Meter } from '../../support/meter.ts';

/** Every kind of flag that the protocol knows. */
export const document = {
  metadata: { set: 'shop', level: 'set' },
  flags: {
    boolean: { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'off' },
    string: { state: 'ENABLED', variants: { a: 'alpha', b: 'beta' }, defaultVariant: 'b' },
    number: { state: 'ENABLED', variants: { '90%': 0.95, off: 0 }, defaultVariant: '90%' },
    object: { state: 'ENABLED', variants: { one: { deep: [1, null] } }, defaultVariant: 'one' },
    marked: {
      state: 'ENABLED',
      variants: { on: true },
      defaultVariant: 'on',
      metadata: { level: 'flag', incident: 'incident-payment-failure-x1' },
    },
    targeted: {
      state: 'ENABLED',
      variants: { on: true, off: false },
      defaultVariant: 'off',
      targeting: { if: [{ '==': [{ var: 'product_id' }, 'OLJCESPC7Z'] }, 'on', 'off'] },
    },
    disabled: { state: 'DISABLED', variants: { on: true }, defaultVariant: 'on' },
    undecided: { state: 'ENABLED', variants: { on: true } },
    misdirected: {
      state: 'ENABLED',
      variants: { on: true },
      defaultVariant: 'on',
      targeting: { if: [true, 'nowhere'] },
    },
    'größe✓': { state: 'ENABLED', variants: { on: 'ja' }, defaultVariant: 'on' },
  },
};

export type Document = { metadata?: object; flags: Record<string, object> };

export const flagsWith = (defaultVariant: 'on' | 'off'): string =>
  JSON.stringify({ flags: { boolean: { ...document.flags.boolean, defaultVariant } } });

/** A flag daemon on a document of its own in a temporary directory. */
export class Daemon {
  readonly root = mkdtempSync(path.join(tmpdir(), 'flagd-'));
  readonly file = path.join(this.root, 'flags/demo.flagd.json');
  readonly log = path.join(this.root, 'flagd.log');
  address = '';
  #child: Child | undefined;

  async start(): Promise<void> {
    const port = await freePort();
    const { file, args } = await flagdCommand({ port, file: this.file });
    const output = openSync(this.log, 'a');
    this.#child = start(file, args, { output });
    closeSync(output);
    this.address = `http://127.0.0.1:${port}`;
    await vi.waitFor(() => this.evaluate('boolean'), { timeout: 60_000 });
  }

  post(where: string, body?: string, headers: Record<string, string> = {}): Promise<Response> {
    const type = { 'content-type': 'application/json' };
    return fetch(`${this.address}/ofrep/v1/evaluate/flags${where}`, {
      method: 'POST',
      headers: { ...type, ...headers },
      ...(body === undefined ? {} : { body }),
    });
  }

  async evaluate(key: string, context: object = {}): Promise<Record<string, unknown>> {
    const response = await this.post(`/${encodeURIComponent(key)}`, JSON.stringify({ context }));
    return { status: response.status, ...((await response.json()) as object) };
  }

  /** Puts a document in place as careful writers do: whole, by a rename. */
  replace(text: string): void {
    writeFileSync(`${this.file}.next`, text);
    renameSync(`${this.file}.next`, this.file);
  }

  get logged(): string {
    return readFileSync(this.log, 'utf8');
  }

  /** Ends the daemon; gives its exit code and the milliseconds that it took, less what the machine kept it waiting. */
  async stop(): Promise<{ exitCode: number | undefined; took: number }> {
    const { pid } = this.#child ?? {};
    const meter = new Meter(() => (pid === undefined ? [] : [pid]));
    const started = Date.now();
    this.#child?.kill();
    const result = await this.#child;
    const ended = Date.now();
    meter.stop();
    return { exitCode: result?.exitCode, took: ended - started - meter.between(started, ended) };
  }

  async end(): Promise<void> {
    await this.stop();
    rmSync(this.root, { recursive: true, force: true });
  }
}
