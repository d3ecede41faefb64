import { hostname } from 'node:os';
import { CommandError, run } from '../command.ts';
import { helmTimeout } from './helm.ts';
import type { Revision } from './look/release.ts';

/** Labels of the record of a release that this project made: for which environment, and by which helm on which machine. */
const labels = { environment: 'incidentfox.environment', host: 'incidentfox.host', run: 'incidentfox.run' } as const;

/** Those of a helm that is about to start; `run` is part of its command line, by which it is found. */
export function helmLabels(environment: string, token: string): Record<string, string> {
  return { [labels.environment]: environment, [labels.host]: hostLabel(), [labels.run]: token };
}

/** Whether `deploy` made the release, and not somebody else. */
export function isOurs(revision: Revision): boolean {
  return revision.labels[labels.environment] !== undefined;
}

/**
 * Whether the helm that works on a revision may still live. Its own machine can tell; of one elsewhere only its own
 * patience says when it must be over: `until` (ms since the epoch).
 */
export async function helmOf(revision: Revision): Promise<'living' | 'gone' | { until: number }> {
  const { [labels.host]: host, [labels.run]: token } = revision.labels;
  if (host === hostLabel() && token !== undefined) {
    const lives = await isRunning(token);
    if (lives !== undefined) return lives ? 'living' : 'gone';
  }
  const until = revision.begun + helmTimeout;
  return Number.isNaN(until) || until < Date.now() ? 'gone' : { until };
}

/** Undefined where this machine cannot tell. */
async function isRunning(token: string): Promise<boolean | undefined> {
  try {
    await run('pgrep', ['-f', `${labels.run}=${token}`]);
    return true;
  } catch (error) {
    return error instanceof CommandError && error.exitCode === 1 ? false : undefined;
  }
}

/** The machine's name as a label's value may be written. */
function hostLabel(): string {
  return hostname()
    .replaceAll(/[^A-Za-z0-9._-]/g, '_')
    .slice(0, 60)
    .replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
}
