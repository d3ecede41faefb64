import { ownLogger } from '../../environments/log.ts';
import { Problem } from '../../workflows/problem.ts';
import { readOptions } from './options.ts';
import { startShop } from './shop.ts';

const stopWithinMs = 900;

const log = ownLogger('shop');
try {
  const options = readOptions(process.argv.slice(2));
  const shop = await startShop(options, log);
  log.info({ url: shop.url, ofrep: options.ofrep }, 'shop started');
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      setTimeout(() => process.exit(0), stopWithinMs).unref();
      void shop.stop().then(() => process.exit(0));
    });
  }
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  process.stderr.write(`${error.message}${error.hint === '' ? '' : ` (${error.hint})`}\n`);
  process.exit(error.exitCode);
}
