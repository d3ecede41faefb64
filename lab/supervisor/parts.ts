import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { codecKeysFile } from '../../environments/codec-keys.ts';
import type { Environment, FileEnvironment } from '../../environments/load.ts';
import { projectRoot } from '../../environments/root.ts';
import { searchAttributes } from '../../workflows/contract.ts';
import { flagdCommand } from '../flagd/command.ts';
import { labPaths } from '../paths.ts';
import { findTemporalCli } from '../tools/temporal.ts';
import { frontendAnswers, workerPolls } from './health.ts';
import type { PartCommand } from './keeper.ts';
import type { Ports } from './ports.ts';

const host = '127.0.0.1';
const portOf = (url: string): number => Number(new URL(url).port);

/** Temporal's dev server with its database on disk, so that incidents survive its restart. */
export async function temporalPart(
  environment: Environment,
  ports: Ports,
  progress: (step: string) => void,
): Promise<{ address: string; ui: string; http: string; command: PartCommand }> {
  const file = await findTemporalCli(progress);
  progress('starting the Temporal server');
  const port = await ports.next(portOf(`tcp://${environment.temporal.address}`));
  const uiPort = await ports.next(portOf(environment.temporal.ui));
  const httpPort = await ports.next(port + 10);
  mkdirSync(path.dirname(labPaths.database), { recursive: true });
  const args = ['server', 'start-dev', `--ip=${host}`, `--port=${port}`, `--http-port=${httpPort}`];
  // The Web UI would ask the vendor for news on every page.
  args.push(`--ui-ip=${host}`, `--ui-port=${uiPort}`, '--ui-disable-news-fetch', '--log-level=warn');
  // where npm run codec -- serve is, unless told otherwise
  if (codecKeysFile() !== undefined) args.push(`--ui-codec-endpoint=http://${host}:8234`);
  args.push(`--db-filename=${labPaths.database}`, '--sqlite-pragma=journal_mode=WAL');
  // By default a timer that falls due beside another may fire a second late (history.timerProcessorMaxTimeShift).
  args.push('--dynamic-config-value=history.timerProcessorMaxTimeShift="50ms"');
  for (const name of Object.values(searchAttributes)) args.push(`--search-attribute=${name}=Keyword`);
  const address = `${host}:${port}`;
  const [ui, http] = [`http://${host}:${uiPort}`, `http://${host}:${httpPort}`];
  return { address, ui, http, command: { file, args, healthy: () => frontendAnswers(address) } };
}

export async function flagdPart(
  environment: FileEnvironment,
  ports: Ports,
  file: string,
): Promise<{ ofrep: string; kind: 'embedded' | 'flagd'; command: PartCommand }> {
  const port = await ports.next(portOf(environment.ofrep));
  const ofrep = `http://${host}:${port}`;
  const { kind, ...command } = await flagdCommand({ port, file });
  const healthy = async (): Promise<boolean> => {
    const url = `${ofrep}/ofrep/v1/evaluate/flags`;
    return (await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })).ok;
  };
  return { ofrep, kind, command: { ...command, healthy } };
}

export async function shopPart(
  environment: FileEnvironment,
  ports: Ports,
  ofrep: string,
  ledger: string,
): Promise<{ url: string; command: PartCommand }> {
  const port = await ports.next(portOf(environment.shop ?? 'http://127.0.0.1:8080'));
  const url = `http://${host}:${port}`;
  const args = [
    path.join(projectRoot, 'dist/lab/shop/main.js'),
    '--port',
    String(port),
    '--ofrep',
    ofrep,
    '--ledger',
    ledger,
  ];
  const healthy = async (): Promise<boolean> => (await fetch(`${url}/health`)).ok;
  return { url, command: { file: process.execPath, args, healthy } };
}

/** A lab's only worker does all of the work, and its version is the lab's; what a team's workers are told is not for it. */
const plain = {
  INCIDENTFOX_QUEUES: undefined,
  INCIDENTFOX_SHUTDOWN_GRACE: undefined,
  TEMPORAL_DEPLOYMENT_NAME: undefined,
  TEMPORAL_WORKER_BUILD_ID: undefined,
};

/** The worker; it learns from its variables where this lab's parts are. */
export function workerPart(
  environment: Environment,
  address: string,
  own: boolean,
  env: NodeJS.ProcessEnv,
): PartCommand {
  const args = [path.join(projectRoot, 'dist/worker/main.js')];
  return {
    file: process.execPath,
    args,
    env: { ...env, ...(own ? { INCIDENTFOX_TEMPORAL: address } : {}), ...plain },
    healthy: (pid) => workerPolls(environment.name, address, pid),
  };
}
