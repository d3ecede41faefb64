import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// A condition is waited for as long as a busy machine may need; vitest's own second is too short for a worker to start.
const common = {
  testTimeout: 60_000,
  hookTimeout: 240_000,
  expect: { poll: { timeout: 15_000 } },
  // tests read what Temporal keeps with clients of their own, whatever the machine is set up for
  env: { INCIDENTFOX_CODEC_KEYS: '' },
};

// Named after what they need (CONTRIBUTING.md); each is the folder of that name. What needs no program of these is in the default suite.
const suites = ['aws', 'clone', 'cluster', 'helm', 'long', 'opentofu', 'prometheus', 'python', 'temporal-server'];

// What of the promise is not run again on the team's server on PostgreSQL; of the soak it has 60 incidents, not 500.
const notOnPostgresql = [
  'test/promise/store/**', // the flag store by itself, without any Temporal
  'test/promise/encrypted.test.ts', // reads the database file of the lab's own server
  'test/promise/many.test.ts', // 1,000 incidents at once, on the bench's lab, which has a server of its own
];

/** The longest file first, since at the end it would run alone; the one that measures how late a thousand are, last, where little is beside it. */
const turns: Record<string, number> = { 'worker-kills.test.ts': -1, 'many.test.ts': 1 };
const turnOf = ({ moduleId }: TestSpecification): number => turns[path.basename(moduleId)] ?? 0;

class InTurn extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- it is the sequencer's, not an array's
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => turnOf(a) - turnOf(b));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: InTurn },
    // Labs wait more than they compute: two files at a time also on two cores.
    maxWorkers: 2,
    // of the default suite (`npm run coverage`): what runs in the tests' own processes, not what they start
    coverage: {
      include: ['{scenarios,workflows,activities,worker,client,lab,environments}/**/*.ts'],
      exclude: ['test/**'],
      reporter: [[path.join(import.meta.dirname, 'tools/coverage-by-folder.cjs'), { maxCols: 100 }]],
    },
    projects: [
      {
        test: {
          ...common,
          name: 'default',
          include: ['test/**/*.test.ts'],
          exclude: [...suites, 'browser', 'promise', 'replay'].map((name) => `test/${name}/**`),
        },
      },
      { test: { ...common, name: 'browser', include: ['test/browser/**/*.test.ts'] } },
      { test: { ...common, name: 'record', include: ['test/replay/**/*.test.ts'] } },
      {
        test: {
          ...common,
          name: 'promise',
          include: ['test/promise/**/*.test.ts'],
          exclude: ['test/promise/postgresql/**'],
          testTimeout: 600_000,
        },
      },
      {
        test: {
          ...common,
          name: 'promise-postgresql',
          include: ['test/promise/**/*.test.ts'],
          exclude: notOnPostgresql,
          testTimeout: 600_000,
          env: { ...common.env, INCIDENTFOX_TEST_TEMPORAL: 'postgresql', SOAK_INCIDENTS: '60' },
        },
      },
      ...suites.map((name) => ({
        test: { ...common, name, include: [`test/${name}/**/*.test.ts`], testTimeout: 600_000 },
      })),
      { test: { ...common, name: 'bench-aws', include: ['bench/aws/**/*.test.ts'] } },
      { test: { ...common, name: 'bench-cluster', include: ['bench/cluster/**/*.test.ts'] } },
    ],
  },
});
