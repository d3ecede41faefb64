import { setTimeout as delay } from 'node:timers/promises';
import { labEnvironment } from '../../lab/environment.ts';
import { type Environment, isAws, isCluster } from '../../environments/load.ts';
import { Problem } from '../../workflows/problem.ts';
import { printError, printJson, printLine } from '../output.ts';
import { changeKey } from '../status/change-key.ts';
import type { Glance } from '../status/glance.ts';

/** How often a watched lab is looked at (ms). */
const lookEvery = 1_000;
const clear = '\u001B[2J\u001B[H';

interface Options {
  json?: boolean;
  watch?: boolean;
}

/** `status`: the lab once, or again and again. Throws Problems `cluster-unreachable` and `lab-down`. */
export async function labAtAGlance({ json = false, watch = false }: Options): Promise<void> {
  const glance = await glanceAt(labEnvironment());
  if (watch) return await keepShowing(glance, json);
  const { document, text } = await glance();
  if (json) printJson(document);
  else printLine(text());
}

async function glanceAt(environment: Environment): Promise<Glance> {
  if (isAws(environment)) return (await import('../status/aws.ts')).glanceAt(environment);
  if (isCluster(environment)) return (await import('../status/cluster.ts')).glanceAt(environment);
  return (await import('../status/embedded.ts')).glanceAt(environment);
}

/** On a terminal the screen is drawn anew each second; elsewhere whatever has changed is printed below. */
async function keepShowing(glance: Glance, json: boolean): Promise<void> {
  const redraws = process.stdout.isTTY && !json;
  let last = '';
  for (;;) {
    try {
      const { document, text } = await glance();
      const key = changeKey(document);
      if (redraws) printLine(clear + text());
      else if (key !== last) printLine(json ? JSON.stringify(document) : `${text()}\n`);
      last = key;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const key = error.message;
      if (key !== last && json) printLine(JSON.stringify(error.document));
      else if (key !== last) printError(error, { json, verbose: false });
      last = key;
    }
    await delay(lookEvery);
  }
}
