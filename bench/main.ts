import { kills } from './kills.ts';
import { cost } from './cost.ts';
import { start } from './start.ts';

/** The bench's parts; each answers its table. `npm run bench` runs them one after the other, `npm run bench -- kills` one. */
const parts: Record<string, () => Promise<string>> = { start, kills, cost };

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !Object.hasOwn(parts, name));
if (unknown !== undefined) {
  process.stderr.write(`There is no part "${unknown}": ${Object.keys(parts).join(', ')}\n`);
  process.exit(2);
}
for (const [name, part] of Object.entries(parts)) {
  if (wanted.length === 0 || wanted.includes(name)) process.stdout.write(`\n${name}\n${await part()}\n`);
}
