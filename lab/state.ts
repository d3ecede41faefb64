import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ErrorDocument } from '../workflows/problem.ts';
import { labPaths } from './paths.ts';
import type { ProcessRef } from './process.ts';

/** What the supervisor writes down of its lab, for every other command to read. */
export interface LabState {
  phase: 'starting' | 'ready' | 'failed' | 'stopping' | 'down';
  /** what it is doing, for a spinner */
  step: string;
  error?: ErrorDocument['error'];
  /** version of the demo whose flags the lab started with; null where the flags are somebody's own */
  demo: string | null;
  supervisor: ProcessRef | null;
  /** of a lab in a cluster: the kubeconfig's context, whichever was the current one when it came up */
  context?: string | null;
  /** `http`: Temporal's HTTP API, null where the server is not the lab's own */
  temporal: { address: string; ui: string | null; http: string | null; process: ProcessRef | null };
  /** the file of keys that its worker encrypts payloads with; null: it does not */
  codecKeys?: string | null;
  worker: { process: ProcessRef | null };
  flagd: { ofrep: string; file: string; kind: 'embedded' | 'flagd' | 'external'; process: ProcessRef | null };
  shop: { url: string | null; process: ProcessRef | null };
}

/** The lab's state as last written, undefined where there never was one or nobody can read it. */
export function readState(): LabState | undefined {
  try {
    return JSON.parse(readFileSync(labPaths.state, 'utf8')) as LabState;
  } catch {
    return undefined;
  }
}

export function writeState(state: LabState): void {
  mkdirSync(path.dirname(labPaths.state), { recursive: true });
  const next = `${labPaths.state}.${process.pid}`;
  writeFileSync(next, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(next, labPaths.state);
}
