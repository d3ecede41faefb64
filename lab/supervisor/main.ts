import { ownLogger } from '../../environments/log.ts';
import { runLab } from './run.ts';

/** The lab's supervisor as a process of its own: `node dist/lab/supervisor/main.js [demo version]`. Ended by SIGTERM. */
const log = ownLogger('supervisor');

try {
  await runLab({ demo: process.argv[2], log, report: (step) => log.info(step), ready: () => undefined });
} catch (error) {
  log.fatal({ err: error }, 'the lab did not start');
  process.exitCode = 1;
}
process.exit();
