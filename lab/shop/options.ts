import { parseArgs } from 'node:util';
import { Problem } from '../../workflows/problem.ts';

/** What the shop is started with. */
export interface ShopOptions {
  port: number;
  ofrep: string;
  /** the incidents' ledger, shown on the board */
  ledger?: string;
}

const usage = 'usage: main.js [--port 8080] [--ofrep http://127.0.0.1:8016] [--ledger FILE]';

/** Reads the command line. @throws Problem 'bad-usage' */
export function readOptions(args: string[]): ShopOptions {
  const { port, ofrep, ledger } = parse(args);
  if (!/^[1-9]\d{0,4}$/.test(port) || Number(port) > 65_535) {
    throw new Problem('bad-usage', `--port ${port} is not a port (1 to 65535)`, usage);
  }
  if (!URL.canParse(ofrep) || !/^https?:$/.test(new URL(ofrep).protocol)) {
    throw new Problem('bad-usage', `--ofrep ${ofrep} is not an http address`, usage);
  }
  return { port: Number(port), ofrep: ofrep.replace(/\/+$/, ''), ...(ledger === undefined ? {} : { ledger }) };
}

function parse(args: string[]): { port: string; ofrep: string; ledger?: string } {
  try {
    const { values } = parseArgs({
      args,
      options: {
        port: { type: 'string', default: '8080' },
        ofrep: { type: 'string', default: 'http://127.0.0.1:8016' },
        ledger: { type: 'string' },
      },
    });
    return values;
  } catch (error) {
    throw new Problem('bad-usage', error instanceof Error ? error.message : String(error), usage, { cause: error });
  }
}
