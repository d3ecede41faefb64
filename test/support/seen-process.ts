import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { applyFault, recordFault } from '../../activities/flags/apply.ts';
import { FileFlagStore } from '../../activities/flags/file-store.ts';
import { freePort } from '../../bench/free-port.ts';
import { serve } from '../../bench/serve.ts';
import { projectRoot } from '../../environments/root.ts';
import { type Cleanup, handWritten, newRecord, temporaryDirectory } from './flags.ts';
import { scrape } from './metrics.ts';

/** A worker or a reconciler as it is really started, on a flag file of its own, with its metrics served; nobody else is there. */
export class SeenProcess {
  readonly address: string;
  readonly file: string;
  readonly env: NodeJS.ProcessEnv;
  readonly #program: 'worker' | 'reconciler';

  private constructor(program: 'worker' | 'reconciler', file: string, port: number) {
    this.#program = program;
    this.file = file;
    this.address = `127.0.0.1:${port}`;
    this.env = {
      INCIDENTFOX_FLAGS: file,
      // nobody listens there
      INCIDENTFOX_OFREP: 'http://127.0.0.1:1',
      INCIDENTFOX_TEMPORAL: '127.0.0.1:1',
      INCIDENTFOX_METRICS: this.address,
    };
  }

  static async on(program: 'worker' | 'reconciler', cleanup: Cleanup): Promise<SeenProcess> {
    const file = path.join(await temporaryDirectory(cleanup), 'demo.flagd.json');
    await writeFile(file, handWritten);
    return new SeenProcess(program, file, await freePort());
  }

  /** Puts a fault in force, by a record that ends in so many ms. */
  async breakFor(ms: number): Promise<void> {
    const store = new FileFlagStore(this.file);
    const { document } = await store.read();
    const entry = {
      ...newRecord(await store.identify(), document.text),
      until: new Date(Date.now() + ms).toISOString(),
    };
    await store.change((state) => recordFault(state, entry.firstRunId, entry, Date.now()));
    await store.change((state) => applyFault(state, entry.firstRunId, entry.lab, Date.now()));
  }

  /** Puts something in the place of the lock that every change takes: nothing can be withdrawn. Answers what mends it. */
  async blockChanges(): Promise<() => Promise<void>> {
    const lock = `${this.file}.lock`;
    await rm(lock, { recursive: true, force: true });
    await writeFile(lock, 'no directory');
    return () => rm(lock);
  }

  /** Starts it, and resolves when it serves. */
  async startServing(cleanup: Cleanup): Promise<void> {
    const command = [process.execPath, this.#script] as const;
    const { end } = await serve(`the ${this.#program}`, [...command], () => scrape(this.address), this.env);
    cleanup(end);
  }

  /** Starts one that ends by itself. */
  async toItsEnd(env: NodeJS.ProcessEnv): Promise<{ exitCode: number | undefined; stdout: string; stderr: string }> {
    const { exitCode, stdout, stderr } = await execa(process.execPath, [this.#script], {
      env: { ...this.env, ...env },
      reject: false,
    });
    return { exitCode, stdout, stderr };
  }

  get #script(): string {
    return path.join(projectRoot, 'dist/worker', this.#program === 'worker' ? 'main.js' : 'reconciler.js');
  }
}
