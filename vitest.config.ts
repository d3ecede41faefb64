import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// A limit decides nothing but when one stops waiting for what is broken: longer than the busiest machine needs.
const common = {
  testTimeout: 300_000,
  hookTimeout: 600_000,
  expect: { poll: { timeout: 60_000 } },
  // tests read what Temporal keeps with clients of their own, whatever the machine is set up for
  env: { INCIDENTFOX_CODEC_KEYS: '' },
  // what takes long and is no matrix of which a sample could be drawn
  exclude: process.env['TEST_TIER'] === 'full' ? [] : ['test/**/*.full.test.ts'],
};
const long = { ...common, testTimeout: 900_000 };

// Named after what they need (CONTRIBUTING.md); each is the folder of that name. What needs no program of these is in the default suite.
const suites = [
  'aws',
  'browser',
  'clone',
  'cluster',
  'forge',
  'helm',
  'long',
  'opentofu',
  'prometheus',
  'python',
  'temporal-server',
];

// What of the promise is not run again on the team's server on PostgreSQL; of the soak it has 60 incidents, not 500.
const notOnPostgresql = [
  'test/promise/store/**', // the flag store by itself, without any Temporal
  'test/promise/encrypted.test.ts', // reads the database file of the lab's own server
  'test/promise/many.test.ts', // 1,000 incidents at once, on the bench's lab, which has a server of its own
];

// The default suite in two: what starts a lab or a Temporal server, and units, which share a process and run on a second Node, too.
const startsServers = [
  'test/activities/canaries.test.ts',
  'test/client/codec/*.test.ts',
  'test/client/export/refused.test.ts',
  'test/client/*.test.ts',
  'test/lab/flagd/*.test.ts',
  'test/lab/scenarios.test.ts',
  'test/lab/shop/shop.test.ts',
  'test/lab/tools/*.test.ts',
  'test/worker/*.test.ts',
  'test/workflows/*.test.ts',
];

/** The longest files first, since at the end they would run alone; the one that measures lateness last, where little is beside it. */
const turns: Record<string, number> = { 'scenarios.test.ts': -1, 'worker-kills.test.ts': -1, 'many.test.ts': 1 };
const turnOf = ({ moduleId }: TestSpecification): number => turns[path.basename(moduleId)] ?? 0;

class InTurn extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- it is the sequencer's, not an array's
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => turnOf(a) - turnOf(b));
  }
}

const notUnits = [...suites, 'promise', 'replay'].map((name) => `test/${name}/**`);
const units = {
  ...common,
  include: ['test/**/*.test.ts'],
  exclude: [...common.exclude, ...notUnits, ...startsServers],
  isolate: false,
  unstubEnvs: true,
};
const promise = {
  ...long,
  include: ['test/promise/**/*.test.ts'],
  maxConcurrency: 4,
  maxWorkers: 3,
  sequence: { groupOrder: 1 },
};

export default defineConfig({
  test: {
    sequence: { sequencer: InTurn },
    // Labs wait more than they compute: more files at a time than two cores, but fewer of those that kill and measure.
    maxWorkers: 4,
    // of the default suite (`npm run coverage`): what runs in the tests' own processes, not what they start
    coverage: {
      include: ['{scenarios,workflows,activities,worker,client,lab,environments}/**/*.ts'],
      exclude: ['test/**'],
      reporter: [[path.join(import.meta.dirname, 'tools/coverage-by-folder.cjs'), { maxCols: 100 }]],
    },
    projects: [
      {
        test: { ...common, name: 'labs', include: startsServers },
      },
      { test: { ...units, name: 'units' } },
      { test: { ...common, name: 'record', include: ['test/replay/**/*.test.ts'] } },
      { test: { ...promise, name: 'promise', exclude: [...common.exclude, 'test/promise/postgresql/**'] } },
      {
        test: {
          ...promise,
          name: 'promise-postgresql',
          exclude: [...common.exclude, ...notOnPostgresql],
          env: { ...common.env, INCIDENTFOX_TEST_TEMPORAL: 'postgresql', SOAK_INCIDENTS: '60' },
        },
      },
      {
        test: {
          ...long,
          name: 'python',
          include: ['test/python/**/*.test.ts'],
          globalSetup: 'test/python/support/motos.ts',
          // most of a file's cost was loading the SDK
          isolate: false,
          maxWorkers: 4,
          sequence: { groupOrder: 3 },
        },
      },
      ...suites
        .filter((name) => name !== 'python')
        .map((name) => ({
          test: { ...long, name, include: [`test/${name}/**/*.test.ts`], maxWorkers: 3, sequence: { groupOrder: 2 } },
        })),
      { test: { ...common, name: 'bench-aws', include: ['bench/aws/**/*.test.ts'] } },
      { test: { ...common, name: 'bench-cluster', include: ['bench/cluster/**/*.test.ts'] } },
    ],
  },
});
