import type { Progress } from '../lifecycle/step.ts';

export type StateBackend = { backend: 'local' } | { backend: 's3'; bucket: string; key: string; region: string };

export interface TerraformOptions {
  /** where the configuration is */
  configuration: string;
  /** own directory of the lab for this: working copy, data directory, plans, output of runs; for its owner only */
  directory: string;
  /** files of variables, absolute, in order */
  variableFiles: string[];
  /** variables that count whatever the files say; in a file, never on a command line */
  variables: Record<string, unknown>;
  state: StateBackend;
  /** added to the tool's environment, e.g. AWS_PROFILE and AWS_REGION */
  env?: NodeJS.ProcessEnv;
}

export type Operation = 'init' | 'plan' | 'apply';

/** Who looks on. An activity passes the two that it got. */
export interface Run {
  progress: Pick<Progress, 'show' | 'line'>;
  /**
   * Aborted, it interrupts the tool, once, and waits for its end without limit. A CancelledFailure of Temporal that says anything
   * but CANCELLED (the worker is shut down, a heartbeat was late, the workflow is gone) leaves the tool at work, for the next
   * attempt to find.
   */
  signal: AbortSignal;
}

export type ChangeAction = 'create' | 'read' | 'update' | 'replace' | 'delete' | 'move' | 'import' | 'remove';

export interface Planned {
  /** SHA-256 of the saved plan: what is approved, and what `apply` takes */
  hash: string;
  /** as the tool counts them; a replacement is one added and one destroyed */
  add: number;
  change: number;
  destroy: number;
  changes: { address: string; action: ChangeAction }[];
  /** names of root outputs that change; with these, too, there is something to apply */
  outputs: string[];
  /** what was changed outside of Terraform */
  drifted: string[];
}
