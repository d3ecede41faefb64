import { defineConfig } from 'rolldown';

/**
 * In few files what people wait for, since most of that is Node finding and reading modules: the command line, and the code of
 * the shop's threads, which some twenty of them load. Everything else runs as tsc compiled it.
 */
const common = {
  platform: 'node',
  resolve: { mainFields: ['module', 'main'] },
  logLevel: 'warn',
};
const inFewFiles = (dir) => ({ dir, cleanDir: true, minify: 'dce-only' });

export default defineConfig([
  {
    ...common,
    input: ['codec', 'deploy', 'eks-token', 'incident', 'lab', 'scale', 'secrets', 'status', 'team', 'teardown'].map(
      (command) => `dist/client/${command}.js`,
    ),
    output: inFewFiles('dist/bin'),
  },
  {
    ...common,
    input: 'dist/lab/shop/runtime/thread.js',
    output: inFewFiles('dist/lab/shop/bundled'),
  },
]);
