import { kills } from './kills.ts';
import { cost } from './cost.ts';
import { lateness } from './lateness.ts';
import { start } from './start.ts';

/**
 * The bench's parts; each answers its table. `npm run bench` runs them one after the other, `npm run bench -- kills` one.
 * `lateness-1000` is what of `lateness` does not take an hour.
 */
const parts: Record<string, () => Promise<string>> = { start, kills, cost, lateness };
const others: typeof parts = { 'lateness-1000': () => lateness(1_000) };
const known = { ...parts, ...others };

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !Object.hasOwn(known, name));
if (unknown !== undefined) {
  process.stderr.write(`There is no part "${unknown}": ${Object.keys(known).join(', ')}\n`);
  process.exit(2);
}
for (const [name, part] of Object.entries(wanted.length === 0 ? parts : known)) {
  if (wanted.length === 0 || wanted.includes(name)) process.stdout.write(`\n${name}\n${await part()}\n`);
}
