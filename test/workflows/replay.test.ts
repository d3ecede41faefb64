import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Worker } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../environments/root.ts';
import { workflowBundle } from '../../worker/sight/traces.ts';
import { workerParts } from '../../worker/sight/worker-parts.ts';
import { awsLifecycles, lifecycles, lives, secretLives } from '../replay/lives.ts';

const directory = path.join(projectRoot, 'test/replay');
const { workflowBundle: bundle, sinks } = workerParts().workflows;
const ways = {
  'as they are now': { workflowBundle: bundle, sinks },
  // a worker may begin to trace in the middle of a workflow, or have traced it and stop
  traced: { workflowBundle: workflowBundle(true), sinks: { ...sinks, exporter: { export: { fn: () => undefined } } } },
};
async function recorded(): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name.endsWith('.json'));
}

describe('recorded histories', () => {
  it('exist for each way in which an incident ends, and a lab comes and goes', async () => {
    const found = (await recorded()).map((name) => name.replace(/-v[\d.]+\.json$/, ''));
    const incidents = Object.keys(lives).map((life) => `incident-${life}`);
    expect(new Set(found)).toEqual(new Set([...incidents, ...lifecycles, ...awsLifecycles, ...secretLives]));
  });

  it.each(Object.entries(ways))('replay on the workflows %s', async (_way, options) => {
    const names = await recorded();
    const histories = await Promise.all(
      names.map(async (workflowId) => {
        const history: unknown = JSON.parse(await readFile(path.join(directory, workflowId), 'utf8'));
        return { workflowId, history };
      }),
    );
    const replayed = new Map<string, unknown>();
    for await (const { workflowId, error } of Worker.runReplayHistories(options, histories)) {
      replayed.set(workflowId, error);
    }
    expect([...replayed.keys()].toSorted()).toEqual(names.toSorted());
    expect([...replayed.values()].filter(Boolean)).toEqual([]);
  });

  it('would fail on a workflow that does something else', async () => {
    const name = 'incident-deadline-v0.1.0.json';
    const text = await readFile(path.join(directory, name), 'utf8');
    const history: unknown = JSON.parse(text.replaceAll('"inject"', '"somethingElse"'));
    await expect(Worker.runReplayHistory(ways['as they are now'], history)).rejects.toThrow('Nondeterminism');
  });
});
