import { existsSync } from 'node:fs';
import path from 'node:path';

/** The project's own directory: the nearest one above this file that holds `package.json`. */
export const projectRoot: string = (() => {
  let dir = import.meta.dirname;
  while (!existsSync(path.join(dir, 'package.json'))) dir = path.dirname(dir);
  return dir;
})();
