import { readdir, readFile } from 'node:fs/promises';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { vi } from 'vitest';
import { FileFlagStore } from '../../../activities/flags/file-store.ts';
import { incidentWorkflowType, taskQueues } from '../../../workflows/contract.ts';
import type { Cleanup } from '../../support/flags.ts';
import { EmbeddedLab, type LabAddresses } from '../../support/lab.ts';
import { TeamTemporal } from '../../team/support/team-temporal.ts';

/** Whether labs are on the team's Temporal server on PostgreSQL: `npm run test:promise-postgresql`. */
const isTeam = process.env['INCIDENTFOX_TEST_TEMPORAL'] === 'postgresql';

/** How many labs a file has at a time where it has several: the team's server and its database take more of a machine than the lab's own. */
export const labsAtOnce = isTeam ? 2 : 4;

/** A part of a lab that the tests kill. */
type KilledPart = 'worker' | 'temporal' | 'supervisor';

/**
 * A lab as users run it (supervisor, Temporal server on disk, worker) on a flag file and a flag daemon of its own, without the
 * shop. Its processes are really killed; whoever brings them back is the product. The team's server is not the lab's own: that
 * one the tests bring back, as long as the lab's supervisor lives.
 */
export class Rig {
  readonly lab: EmbeddedLab;
  /** the team's server; undefined where the lab has its own */
  readonly team: TeamTemporal | undefined;
  readonly store: FileFlagStore;
  client: Client;
  readonly original: string;
  #count = 0;

  private constructor(
    lab: EmbeddedLab,
    team: TeamTemporal | undefined,
    store: FileFlagStore,
    client: Client,
    original: string,
  ) {
    this.lab = lab;
    this.team = team;
    this.store = store;
    this.client = client;
    this.original = original;
  }

  /** `directory`: where the flags are, a new one if not given. `env`: for every process of the lab. */
  static async up(
    cleanup: Cleanup,
    { directory, env = {} }: { directory?: string; env?: NodeJS.ProcessEnv } = {},
  ): Promise<Rig> {
    cleanup(async () => requireNothingLeft(lab.directory));
    const team = isTeam ? await TeamTemporal.up(cleanup) : undefined;
    const lab = await EmbeddedLab.withoutShop(cleanup, {
      ...(directory === undefined ? {} : { directory }),
      env: { TEMPORAL_ADDRESS: team?.address, ...env },
    });
    const { file } = lab.at.flagd;
    const client = await connect(lab.at.temporal.address, env['TEMPORAL_NAMESPACE']);
    const rig = new Rig(lab, team, new FileFlagStore(file), client, await readFile(file, 'utf8'));
    cleanup(() => rig.client.connection.close());
    return rig;
  }

  /** Brings the lab up again after its supervisor was killed; its server may have another port then. */
  async upAgain(): Promise<void> {
    this.team?.keep();
    const { stdout, exitCode } = await this.lab.lab('up', '--detach', '--json');
    if (exitCode !== 0) throw new Error(`lab up: ${stdout}`);
    await this.client.connection.close();
    this.client = await connect((JSON.parse(stdout) as LabAddresses).temporal.address);
  }

  get file(): string {
    return this.store.location;
  }

  document(): Promise<string> {
    return readFile(this.file, 'utf8');
  }

  /** A part's process id as it is now: one that was killed comes back under another. Null where it is away. */
  async pid(part: KilledPart): Promise<number | null> {
    if (part === 'temporal' && this.team) return this.team.pid ?? null;
    const state = await this.lab.state();
    return (part === 'supervisor' ? state.supervisor : state[part].process)?.pid ?? null;
  }

  /** Starts an incident as our client does. */
  async start(input: object, id?: string): Promise<WorkflowHandle> {
    this.#count += 1;
    return await this.client.workflow.start(incidentWorkflowType, {
      taskQueue: taskQueues('embedded').main,
      workflowId: id ?? `incident-${this.#count}`,
      args: [input],
      workflowTaskTimeout: '2s',
    });
  }

  /** Sends a signal to a part of the lab, and answers its process id. Throws where it is away. */
  async kill(part: KilledPart, signal: NodeJS.Signals = 'SIGKILL'): Promise<number> {
    const pid = await this.pid(part);
    if (pid === null) throw new Error(`no ${part} to kill`);
    if (part === 'supervisor') this.team?.abandon();
    process.kill(pid, signal);
    return pid;
  }

  /** Waits until a part that was killed is there again, under another id than `before`. */
  async untilBack(part: KilledPart, before: number | null): Promise<void> {
    const look = async (): Promise<void> => {
      const now = await this.pid(part);
      if (now === null || now === before) throw new Error(`the ${part} is not back`);
    };
    await vi.waitFor(look, { timeout: 30_000 });
  }

  /** Waits until no record is open and the document is `text`. */
  async whole(text: string = this.original, timeout = 30_000): Promise<void> {
    await vi.waitFor(
      async () => {
        const open = (await this.store.read()).open().map(([, { id, state }]) => `${id} ${state}`);
        if (open.length > 0) throw new Error(`open records: ${open.join(', ')}`);
        if ((await this.document()) !== text) throw new Error('the document is not as it was');
      },
      { timeout, interval: 20 },
    );
  }
}

async function connect(address: string, namespace = 'default'): Promise<Client> {
  return new Client({ connection: await Connection.connect({ address }), namespace });
}

/** Throws where a process still runs that has this lab's directory in its environment. */
async function requireNothingLeft(directory: string): Promise<void> {
  const left: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (environment.includes(`INCIDENTFOX_LAB=${directory}\0`)) left.push(pid);
  }
  if (left.length > 0) throw new Error(`processes are left: ${left.join(', ')}`);
}
