import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Worker } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../environments/root.ts';
import { awsLifecycles, lifecycles, lives, secretLives } from '../replay/lives.ts';

const directory = path.join(projectRoot, 'test/replay');
const bundle = { codePath: path.join(projectRoot, 'dist/workflows/bundle.generated.cjs') };
async function recorded(): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name.endsWith('.json'));
}

describe('recorded histories', () => {
  it('exist for each way in which an incident ends, and a lab comes and goes', async () => {
    const ways = (await recorded()).map((name) => name.replace(/-v[\d.]+\.json$/, ''));
    const incidents = Object.keys(lives).map((life) => `incident-${life}`);
    expect(new Set(ways)).toEqual(new Set([...incidents, ...lifecycles, ...awsLifecycles, ...secretLives]));
  });

  it('replay on the workflows as they are now', async () => {
    const names = await recorded();
    const histories = await Promise.all(
      names.map(async (workflowId) => {
        const history: unknown = JSON.parse(await readFile(path.join(directory, workflowId), 'utf8'));
        return { workflowId, history };
      }),
    );
    const replayed = new Map<string, unknown>();
    for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle: bundle }, histories)) {
      replayed.set(workflowId, error);
    }
    expect([...replayed.keys()].toSorted()).toEqual(names.toSorted());
    expect([...replayed.values()].filter(Boolean)).toEqual([]);
  });

  it('would fail on a workflow that does something else', async () => {
    const name = 'incident-deadline-v0.1.0.json';
    const text = await readFile(path.join(directory, name), 'utf8');
    const history: unknown = JSON.parse(text.replaceAll('"inject"', '"somethingElse"'));
    await expect(Worker.runReplayHistory({ workflowBundle: bundle }, history)).rejects.toThrow('Nondeterminism');
  });
});
