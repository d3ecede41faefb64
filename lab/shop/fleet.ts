import type { Logger } from 'pino';
import type { ServiceState } from '../board/board.ts';
import type { History } from '../board/history.ts';
import { Readiness, logChange, probe } from './kubelet.ts';
import type { Addresses, Report, ThreadSettings } from './messages.ts';
import { Pod } from './pod.ts';
import type { PodEvents } from './pod.ts';
import { podNames } from './services.ts';

interface Member {
  pod: Pod;
  readiness: Readiness;
  /** asked for a report and not heard of since */
  asked: boolean;
}

/** All pods: told each other's addresses, probed and sampled once a second. */
export class Fleet {
  private readonly members = new Map<string, Member>();
  private readonly history: History;
  private readonly log: Logger;
  private quiet = true;

  constructor(history: History, log: Logger) {
    this.history = history;
    this.log = log;
  }

  /**
   * Starts every pod. @param port the front door's
   * @returns the front door's address, once it listens; rejects with the reason when it cannot
   */
  async start(port: number, common: Pick<ThreadSettings, 'ofrep' | 'board'>): Promise<string> {
    return new Promise((resolve, reject) => {
      for (const name of podNames) {
        const settings = { ...common, name, port: name === 'frontend-proxy' ? port : 0 };
        const member: Member = {
          pod: new Pod(
            () => ({ ...settings, addresses: this.addresses() }),
            this.events(name, resolve, reject),
            this.log,
          ),
          readiness: new Readiness(),
          asked: false,
        };
        this.members.set(name, member);
        member.pod.start();
      }
    });
  }

  /** Once a second: probes everyone and asks for a report; who has not given the last one is sampled without. */
  tick(): void {
    for (const member of this.members.values()) {
      if (member.asked) this.sample(member, null);
      member.asked = true;
      member.pod.tell({ kind: 'report' });
      void this.check(member);
    }
  }

  /** From now on changes of the endpoints are worth a log line; while the shop starts they are not. */
  announce(): void {
    this.quiet = false;
  }

  up(): number {
    return this.states().filter(({ ready }) => ready).length;
  }

  states(): ServiceState[] {
    return [...this.members.values()].map(({ pod, readiness }) => ({
      name: pod.name,
      url: pod.url,
      ready: readiness.inEndpoints,
      restarts: pod.restarts,
      heapBytes: pod.heapBytes,
    }));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.members.values()].map(async ({ pod }) => pod.stop()));
  }

  private events(name: string, resolve: (url: string) => void, reject: (reason: Error) => void): PodEvents {
    const withMember = (act: (member: Member) => void): void => {
      const member = this.members.get(name);
      if (member !== undefined) act(member);
    };
    return {
      listening: (url) => {
        if (name === 'frontend-proxy') resolve(url);
        withMember((member) => void this.check(member));
      },
      gone: () =>
        withMember((member) => {
          member.readiness.reset();
          member.asked = false;
          this.publish();
        }),
      report: (report) =>
        withMember((member) => {
          member.asked = false;
          this.sample(member, report);
        }),
      cannotListen: (message) => reject(new Error(message)),
    };
  }

  private async check({ pod, readiness }: Member): Promise<void> {
    const { url } = pod;
    if (url === null) return;
    const passed = await probe(url);
    // The answer may be that of a thread which has ended meanwhile.
    if (pod.url !== url || !readiness.observe(passed)) return;
    if (!this.quiet) logChange(this.log, pod.name, readiness);
    this.publish();
  }

  private addresses(): Addresses {
    return Object.fromEntries(
      this.states().flatMap(({ name, url, ready }) => (ready && url !== null ? [[name, url]] : [])),
    );
  }

  private publish(): void {
    const addresses = this.addresses();
    for (const { pod } of this.members.values()) pod.tell({ kind: 'addresses', addresses });
  }

  private sample({ pod, readiness }: Member, report: Report | null): void {
    this.history.add(pod.name, { at: Date.now() / 1000, life: pod.restarts, ready: readiness.passing, report });
  }
}
