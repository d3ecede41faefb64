import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { run, start } from '../../activities/command.ts';
import { type BenchLab, type LabStatus, programFile } from '../lab.ts';
import { chaosToolkit, type PeerCommand, trapScript } from '../peers/commands.ts';
import { endGroup, groupOf } from './group.ts';

/** What breaks paymentFailure for some seconds, as a user starts it. */
export interface Tool {
  title: string;
  begin(): ToolRun;
}

export interface ToolRun {
  /** ids of what a case strikes, as they are now; a process group's is negative, as for `kill` */
  struck(): Promise<number[]>;
  /** ids of everything of the tool that could restore the flag */
  all(): Promise<number[]>;
  /** ends what is left, so that the next run finds things as this one did */
  end(): Promise<void>;
}

/** How long (ms) ours may take to close its incident once the lab is whole again. */
const patience = 30_000;

/** The tools of the table; ours stands there twice, since the client and the worker are struck one at a time. */
export async function toolsOf(lab: BenchLab, seconds: number): Promise<Tool[]> {
  const { file } = lab.status.flagd;
  const chaos = await chaosToolkit();
  return [
    peer('Chaos Toolkit', chaos(file, seconds)),
    peer('trap.sh', trapScript(file, seconds)),
    ours('ours, client struck', lab, seconds, false),
    ours('ours, worker struck', lab, seconds, true),
  ];
}

function peer(title: string, { file, args, env }: PeerCommand): Tool {
  return {
    title,
    begin() {
      const child = start(file, args, { env, detached: true });
      const group = groupOf(child);
      return {
        struck: () => Promise.resolve(group()),
        all: () => Promise.resolve(group()),
        end: () => endGroup(group),
      };
    },
  };
}

function ours(title: string, lab: BenchLab, seconds: number, worker: boolean): Tool {
  const { file } = lab.status.flagd;
  const args = [programFile('incident'), 'payment-failure', '--duration', `${seconds}s`];
  const pids = async (...parts: ('temporal' | 'worker' | 'supervisor')[]): Promise<number[]> => {
    const status = await lab.call<LabStatus>('lab', 'status').catch(() => undefined);
    // null while the supervisor starts the process anew
    return parts.map((part) => status?.[part].pid ?? 0).filter((pid) => pid > 0);
  };
  return {
    title,
    begin() {
      const before = readFileSync(file, 'utf8');
      const child = start(process.execPath, args, { env: lab.env, detached: true });
      const group = groupOf(child);
      return {
        struck: async () => (worker ? await pids('worker') : group()),
        all: async () => [...(await pids('supervisor', 'worker', 'temporal')), ...group()],
        async end() {
          // nothing where it is up
          await run(process.execPath, [programFile('lab'), 'up', '--detach'], { env: lab.env });
          const end = Date.now() + patience;
          while ((await lab.call<unknown[]>('incident', 'status')).length > 0) {
            if (Date.now() > end) throw new Error(`${title}: the incident is not closed after ${patience} ms`);
            await delay(200);
          }
          await endGroup(group);
          if (readFileSync(file, 'utf8') !== before)
            throw new Error(`${title}: the incident is closed, its fault is not`);
        },
      };
    },
  };
}
