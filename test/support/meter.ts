import { readdirSync, readFileSync } from 'node:fs';

const every = 200;

/** How long a thread waited for a processor until now (ms), by thread: the second field of its schedstat, in ns (proc(5)). */
type Waits = Map<string, number>;

interface Sample {
  from: number;
  to: number;
  /** ms of it in which the processes were kept waiting */
  waited: number;
}

/**
 * Measures how long the machine keeps processes waiting for a processor, so that a test can tell a slow product from a busy
 * machine. Where the kernel does not say it (no Linux), nothing was kept waiting.
 */
export class Meter {
  readonly #pids: () => number[];
  readonly #timer: NodeJS.Timeout;
  readonly #samples: Sample[] = [];
  #at = Date.now();
  #waits: Waits;
  #pressure = pressure();

  /**
   * `pids`: the processes as they are now, asked again and again, since those that are killed come back under others. This one is
   * always among them: it looks at what they do.
   */
  constructor(pids: () => number[]) {
    this.#pids = pids;
    this.#waits = this.#waitsNow();
    this.#timer = setInterval(() => this.#look(), every).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** ms that the processes were kept waiting between two times (ms since the epoch); of looks 0.2 s apart, those that touch them. */
  between(from: number, to: number): number {
    this.#look();
    return this.#samples
      .filter((sample) => sample.to >= from && sample.from <= to)
      .reduce((sum, { waited }) => sum + waited, 0);
  }

  /**
   * Of each process the thread that waited longest counts, as it may have been the one that the others waited for; of all
   * together no more than the time in which anything on this machine waited.
   */
  #look(): void {
    const [from, to] = [this.#at, Date.now()];
    const [waits, pressed] = [this.#waitsNow(), pressure()];
    const longest = new Map<string, number>();
    for (const [thread, wait] of waits) {
      const [pid = ''] = thread.split('/');
      longest.set(pid, Math.max(longest.get(pid) ?? 0, wait - (this.#waits.get(thread) ?? 0)));
    }
    const all = [...longest.values()].reduce((sum, wait) => sum + wait, 0);
    this.#samples.push({ from, to, waited: Math.min(all, to - from, pressed - this.#pressure) });
    [this.#at, this.#waits, this.#pressure] = [to, waits, pressed];
  }

  /** A lab that is gone keeps nobody waiting. */
  #waitsNow(): Waits {
    return waitsOf([...(ifThere(this.#pids) ?? []), process.pid]);
  }
}

function waitsOf(pids: number[]): Waits {
  const waits: Waits = new Map();
  for (const pid of pids) {
    for (const thread of ifThere(() => readdirSync(`/proc/${pid}/task`)) ?? []) {
      const text = ifThere(() => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8'));
      if (text) waits.set(`${pid}/${thread}`, Number(text.split(' ')[1]) / 1_000_000);
    }
  }
  return waits;
}

/** ms since the machine's start in which something waited for a processor; where the kernel does not say it, all of the time. */
function pressure(): number {
  const text = ifThere(() => readFileSync('/proc/pressure/cpu', 'utf8')) ?? '';
  const total = /^some .*total=(\d+)/m.exec(text)?.[1];
  return total === undefined ? Date.now() : Number(total) / 1_000;
}

function ifThere<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
