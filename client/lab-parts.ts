import Table from 'cli-table3';
import { openTarget } from '../activities/target.ts';
import { environmentOf } from '../lab/environment.ts';
import { isKept, type LabState, readState } from '../lab/state.ts';
import { Problem } from '../workflows/problem.ts';

export type LabParts = Awaited<ReturnType<typeof labParts>>;

/** The parts of the lab that is up, and where. Throws Problem `lab-down` where none is. */
export async function labParts() {
  const state = readState();
  if (!state || !(await isKept(state))) {
    throw new Problem('lab-down', 'No lab is up', 'Bring it up with: npm run lab -- up --detach');
  }
  const { temporal, worker, flagd, shop, supervisor, demo, phase } = state;
  return {
    phase,
    demo,
    temporal: { address: temporal.address, ui: temporal.ui, pid: temporal.process?.pid ?? null },
    worker: { pid: worker.process?.pid ?? null },
    flagd: { ofrep: flagd.ofrep, file: flagd.file, kind: flagd.kind, pid: flagd.process?.pid ?? null },
    shop: { url: shop.url, board: shop.url && `${shop.url}/board/`, pid: shop.process?.pid ?? null },
    supervisor: { pid: supervisor?.pid ?? null },
    halted: await isHalted(state),
  };
}

export function labTable({ temporal, worker, flagd, shop, supervisor }: LabParts): string {
  const table = new Table({ style: { head: ['bold'] }, head: ['part', 'where', 'pid'] });
  table.push(['Temporal', temporal.address, pid(temporal)]);
  if (temporal.ui) table.push(['Web UI', temporal.ui, pid(temporal)]);
  table.push(['flag daemon', `${flagd.ofrep} (${flagd.kind})`, pid(flagd)], ['flags', flagd.file, '']);
  if (shop.url) table.push(['shop', shop.url, pid(shop)], ['board', shop.board, pid(shop)]);
  table.push(['worker', '', pid(worker)], ['supervisor', '', pid(supervisor)]);
  return table.toString();
}

/** Flags that cannot be read (a cluster that is away) do not keep the rest from being shown. */
async function isHalted(state: LabState): Promise<boolean | null> {
  const { store, close } = await openTarget(environmentOf(state));
  const lever = await store.read().then(
    ({ halted }) => halted !== null,
    () => null,
  );
  await close();
  return lever;
}

function pid(part: { pid: number | null }): string {
  return String(part.pid ?? '-');
}
