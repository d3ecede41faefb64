import { defineConfig } from 'rolldown';

/**
 * The command line in few files: it is what people wait for, and most of that is Node finding and reading modules.
 * Everything else runs as tsc compiled it.
 */
export default defineConfig({
  input: ['codec', 'deploy', 'eks-token', 'incident', 'lab', 'scale', 'secrets', 'status', 'team', 'teardown'].map(
    (command) => `dist/client/${command}.js`,
  ),
  platform: 'node',
  resolve: { mainFields: ['module', 'main'] },
  output: { dir: 'dist/bin', cleanDir: true, minify: 'dce-only' },
  logLevel: 'warn',
});
