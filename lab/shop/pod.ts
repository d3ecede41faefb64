import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import type { FromThread, Report, ThreadSettings, ToThread } from './messages.ts';
import type { PodName } from './services.ts';

/** A thread whose used heap is larger than this is ended and started again, as an out-of-memory kill would. */
export const heapLimitBytes = 192 * 1024 * 1024;

// The last guard, for a heap that grows faster than it is looked at.
const resourceLimits = { maxOldGenerationSizeMb: 448, maxYoungGenerationSizeMb: 16 };
// A thread that ends sooner than this after its start is given a moment before the next try.
const shortLifeMs = 1000;

/** What a pod tells of its thread's life. */
export interface PodEvents {
  listening: (url: string) => void;
  gone: () => void;
  report: (report: Report) => void;
  cannotListen: (message: string) => void;
}

/** One service's thread, started again whenever it ends. */
export class Pod {
  readonly name: PodName;
  url: string | null = null;
  /** how often the thread was started again; also tells one life's counters from the next one's */
  restarts = 0;
  heapBytes = 0;
  private readonly settings: () => ThreadSettings;
  private readonly events: PodEvents;
  private readonly log: Logger;
  private worker: Worker | null = null;
  private stopping = false;
  private reason = '';

  constructor(settings: () => ThreadSettings, events: PodEvents, log: Logger) {
    this.settings = settings;
    this.name = settings().name;
    this.events = events;
    this.log = log.child({ service: this.name });
  }

  start(): void {
    if (this.stopping) return;
    const startedAt = performance.now();
    this.reason = 'ended';
    const worker = new Worker(new URL('bundled/thread.js', import.meta.url), {
      workerData: this.settings(),
      resourceLimits,
      name: this.name,
    });
    this.worker = worker;
    worker.on('message', (message: FromThread) => this.hear(message));
    worker.on('error', (error) => {
      this.reason = error.message;
    });
    worker.on('exit', () => {
      this.worker = null;
      this.url = null;
      if (this.stopping) return;
      this.restarts += 1;
      this.log.warn({ reason: this.reason, restarts: this.restarts }, 'thread restarted');
      this.events.gone();
      setTimeout(() => this.start(), performance.now() - startedAt < shortLifeMs ? shortLifeMs : 0);
    });
  }

  tell(message: ToThread): void {
    this.worker?.postMessage(message);
  }

  /** Ends the thread; unless the pod is stopped, a new one follows. */
  async kill(reason: string): Promise<void> {
    this.reason = reason;
    await this.worker?.terminate();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.worker?.terminate();
  }

  private hear(message: FromThread): void {
    if (message.kind === 'listening') {
      this.url = message.url;
      this.events.listening(message.url);
    } else if (message.kind === 'cannot-listen') {
      this.events.cannotListen(message.message);
      // Unless that ended the shop: the next try may find the port free.
      if (!this.stopping) void this.kill(message.message);
    } else if (message.kind === 'log') {
      this.log.warn(message.details, message.message);
    } else {
      this.heapBytes = message.report.heapUsed;
      this.events.report(message.report);
      if (this.heapBytes > heapLimitBytes) void this.kill('OOMKilled');
    }
  }
}
