import { FileFlagStore } from '../../../activities/flags/file-store.ts';
import { type Step, steps } from './life.ts';

/** A process that does one step on one store: `child <step> <file>`. Prints `done`, or what it was refused with. */
const [step, location = ''] = process.argv.slice(2);
try {
  await steps[step as Step](new FileFlagStore(location));
  process.stdout.write('done\n');
} catch (error) {
  process.stdout.write(`${(error as { code?: string }).code ?? String(error)}\n`);
}
