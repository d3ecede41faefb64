import { existsSync, readFileSync } from 'node:fs';

export interface Cost {
  /** incidents at once */
  count: number;
  /** bytes for each incident */
  memory: number;
  /** ms for each incident, from its start to its end */
  cpu: number;
  /** bytes without any incident */
  idleMemory: number;
  /** ms a second without any incident */
  idleCpu: number;
}

/** Clock ticks a second in /proc: 100 on every Linux that Node runs on. */
const ticks = 100;

/** Bytes of memory that processes take: what they share with others counts in part (PSS), or in full where only that is told. */
export function memoryOf(pids: number[]): number {
  return pids.map((pid) => memory(pid)).reduce((sum, bytes) => sum + bytes, 0);
}

/** Milliseconds of CPU that processes have used. */
export function cpuOf(pids: number[]): number {
  return pids.map((pid) => cpu(pid, 11)).reduce((sum, ms) => sum + ms, 0);
}

/** Milliseconds of CPU that children of this process, and theirs, have used; those count that have ended. */
export function cpuOfChildren(): number {
  return cpu(process.pid, 13);
}

function memory(pid: number): number {
  const [file, field] = hasShares ? ['smaps_rollup', 'Pss'] : ['status', 'VmRSS'];
  const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/${file}`, 'utf8'))?.[1];
  if (kilobytes === undefined) throw new Error(`/proc/${pid}/${file} has no ${field}`);
  return Number(kilobytes) * 1_024;
}

/** Two neighbouring fields of /proc/<pid>/stat, in user mode and in the kernel; 0 is the state, after the name. */
function cpu(pid: number, field: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[field]) + Number(fields[field + 1])) * 1_000) / ticks;
}

const hasShares = existsSync('/proc/self/smaps_rollup');
