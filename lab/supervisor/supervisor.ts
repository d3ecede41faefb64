import { mkdirSync, rmSync } from 'node:fs';
import { dataConverter } from '../../activities/codec/data-converter.ts';
import { openTarget } from '../../activities/target.ts';
import { codecKeysFile } from '../../environments/codec-keys.ts';
import { currentEnvironment } from '../../environments/current.ts';
import { type ClusterEnvironment, type Environment, isCluster, loadEnvironment } from '../../environments/load.ts';
import { temporalTarget } from '../../environments/temporal.ts';
import { Problem } from '../../workflows/problem.ts';
import { environmentOf } from '../environment.ts';
import { labPaths } from '../paths.ts';
import { endProcess, processRef } from '../process.ts';
import { claim } from './claim.ts';
import { type LabState, readState, writeState } from '../state.ts';
import { placeFlags } from './flags.ts';
import { Keeper, type PartCommand } from './keeper.ts';
import { flagdPart, shopPart, temporalPart, workerPart } from './parts.ts';
import { Ports } from './ports.ts';
import { rollBackAll, withdrawAndClose } from './roll-back.ts';

/**
 * Brings a lab up, keeps its parts running, and takes it down: of the embedded one every part, of one in a cluster what stays
 * on this machine, Temporal and the worker. One at a time for each lab directory.
 */
export class Supervisor {
  readonly state: LabState;
  readonly #environment: Environment;
  readonly #report: (step: string) => void;
  #keepers: Keeper[] = [];
  #stopping = false;
  #ports: Ports | undefined;

  constructor(report: (step: string) => void = () => undefined) {
    this.#environment = labEnvironment();
    this.#report = report;
    this.state = {
      phase: 'starting',
      step: 'starting',
      demo: null,
      supervisor: null,
      temporal: { address: this.#environment.temporal.address, ui: null, http: null, process: null },
      codecKeys: codecKeysFile() ?? null,
      worker: { process: null },
      flagd: { ...placeOf(this.#environment), process: null },
      shop: { url: null, process: null },
    };
  }

  /**
   * Starts everything; resolves when an incident can be run. `demo`: version of the flags, for a lab with flags of its own.
   * `flagsPlaced` is called as soon as the flags are there.
   */
  async up(demo?: string, flagsPlaced: () => void = () => undefined): Promise<void> {
    const self = await processRef(process.pid);
    if (!self) throw new Problem('start-failed', 'This process cannot be seen', 'Is /proc mounted, or ps there?');
    mkdirSync(labPaths.directory, { recursive: true });
    const holder = await claim(labPaths.claim, self);
    if (holder) {
      throw new Problem(
        'start-failed',
        `The lab is up already (supervisor ${holder.pid})`,
        'See: npm run lab -- status',
      );
    }
    const ports = new Ports(self);
    this.#ports = ports;
    const previous = readState();
    await endLeftovers(previous);
    this.state.supervisor = self;
    if (isCluster(this.#environment)) this.state.context = await contextOf(this.#environment);
    this.#step('placing the flags');
    try {
      if (this.state.flagd.kind !== 'external') {
        this.state.demo = await placeFlags(labPaths.flags, demo, previous?.demo ?? null);
      }
      flagsPlaced();
      await dataConverter(); // keys that are broken would keep the worker from starting, and nobody would be told why
      // both are waited for, so that nothing is started behind the back of a clean-up
      const [temporal, shop] = await Promise.allSettled([this.#startTemporal(ports), this.#startShop(ports)]);
      for (const started of [temporal, shop]) if (started.status === 'rejected') throw started.reason;
      this.#step('starting the worker');
      const { address, http } = this.state.temporal;
      await this.#keep('worker', workerPart(this.#environment, address, http !== null, this.#locations()));
      this.state.phase = 'ready';
      this.#step('ready');
    } catch (error) {
      if (this.#stopping) return;
      const reason = error instanceof Problem ? error : new Problem('start-failed', String(error), '');
      await this.down();
      this.state.error = reason.document.error;
      this.state.phase = 'failed';
      writeState(this.state);
      throw error;
    }
  }

  /** Ends every incident, then every process that was started; also in the middle of `up`, which then resolves. */
  async down(): Promise<void> {
    // Without a claim there is nothing of ours, only somebody else's lab.
    if (!this.#ports) return;
    this.#stopping = true;
    this.state.phase = 'stopping';
    const { store, close } = await openTarget(environmentOf(this.state));
    if (this.#keepers.length > 0) {
      this.#step('rolling back');
      await rollBackAll(store, this.state.temporal.address).catch(() => undefined);
      this.#step('stopping');
    }
    const order = ['worker', 'shop', 'flagd', 'temporal'];
    this.#keepers.sort((a, b) => order.indexOf(a.part) - order.indexOf(b.part));
    for (const keeper of this.#keepers) await keeper.stop();
    // What the worker put in after the first look; what stays even so is in the ledger, and named by the command.
    if (this.#keepers.length > 0) await withdrawAndClose(store).catch(() => undefined);
    await close();
    this.#keepers = [];
    this.state.supervisor = null;
    this.state.phase = 'down';
    this.#step('down');
    this.#ports.release();
    rmSync(labPaths.claim, { force: true });
  }

  async #startTemporal(ports: Ports): Promise<void> {
    const target = temporalTarget(this.#environment.temporal.address);
    if (target.external) {
      this.state.temporal = { address: target.address, ui: null, http: null, process: null };
      return;
    }
    const { address, ui, http, command } = await temporalPart(this.#environment, ports, (step) => this.#step(step));
    this.state.temporal = { address, ui, http, process: null };
    await this.#keep('temporal', command);
  }

  async #startShop(ports: Ports): Promise<void> {
    const environment = this.#environment;
    if (this.state.flagd.kind === 'external' || isCluster(environment)) return;
    const { ofrep, kind, command } = await flagdPart(environment, ports, labPaths.flags);
    this.state.flagd = { ofrep, file: labPaths.flags, kind, process: null };
    await this.#keep('flagd', command);
    const shop = await shopPart(environment, ports, ofrep, `${labPaths.flags}.ledger.json`);
    this.state.shop = { url: shop.url, process: null };
    this.#step('warming up the shop');
    await this.#keep('shop', shop.command);
  }

  async #keep(part: 'temporal' | 'flagd' | 'shop' | 'worker', command: PartCommand): Promise<void> {
    const keeper = new Keeper(part, command, (ref) => {
      this.state[part].process = ref;
      this.#write();
    });
    if (this.#stopping) throw new Problem('start-failed', 'The lab is going down', '');
    this.#keepers.push(keeper);
    await keeper.start();
  }

  /** Where this lab's parts are, as the variables that `loadEnvironment` reads. */
  #locations(): NodeJS.ProcessEnv {
    const { flagd, shop } = this.state;
    if (isCluster(this.#environment)) {
      const { context } = this.state;
      return context ? { INCIDENTFOX_CONTEXT: context } : {};
    }
    return { INCIDENTFOX_FLAGS: flagd.file, INCIDENTFOX_OFREP: flagd.ofrep, INCIDENTFOX_SHOP: shop.url ?? '' };
  }

  #step(step: string): void {
    this.state.step = step;
    this.#write();
    this.#report(step);
  }

  /** What the lab is doing is for others to know; that a disk is full must not keep it from doing it. */
  #write(): void {
    try {
      writeState(this.state);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
}

/** Null where there is no kubeconfig, or it is the lab's own, in which nobody chooses. A cluster's client is loaded only where there is one. */
async function contextOf({ cluster }: ClusterEnvironment): Promise<string | null> {
  if (cluster.kubeconfig !== undefined) return null;
  const { Cluster } = await import('../../activities/kubernetes/cluster.ts');
  try {
    return new Cluster(cluster).context;
  } catch {
    return null;
  }
}

/** Whether the flags are somebody's own (their OpenTelemetry Demo): then the lab starts neither flag daemon nor shop. */
function ownFlags(): boolean {
  return process.env['INCIDENTFOX_FLAGS'] !== undefined;
}

/** Where the flags are before anything is started. */
function placeOf(environment: Environment): Pick<LabState['flagd'], 'ofrep' | 'file' | 'kind'> {
  const { location } = environment.flags;
  if (isCluster(environment)) return { ofrep: environment.services.ofrep, file: location, kind: 'external' };
  return { ofrep: environment.ofrep, file: location, kind: ownFlags() ? 'external' : 'embedded' };
}

/** The environment, with its flags where this lab directory has them. */
function labEnvironment(): Environment {
  return loadEnvironment(currentEnvironment(), {
    ...process.env,
    INCIDENTFOX_FLAGS: process.env['INCIDENTFOX_FLAGS'] ?? labPaths.flags,
  });
}

/** Ends what a supervisor that was killed left running: its children live on, so that incidents still end on time. */
async function endLeftovers(previous: LabState | undefined): Promise<void> {
  if (!previous) return;
  const { worker, shop, flagd, temporal } = previous;
  for (const { process: ref } of [worker, shop, flagd, temporal]) if (ref) await endProcess(ref);
}
