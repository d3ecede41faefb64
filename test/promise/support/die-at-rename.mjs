// Preloaded into the processes of a lab. The worker SIGKILLs itself right before or right after it renames the next version
// of the ledger or of the flags into place: the n-th time from when the file DIE_AT_RENAME names appeared, which holds
// "<n> before" or "<n> after".
import fs, { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const control = process.env['DIE_AT_RENAME'];
const { renameSync } = fs;

if (control && process.argv[1]?.endsWith('dist/worker/main.js')) {
  fs.renameSync = (from, to) => {
    const [left, when] = read(control);
    if (left > 1) writeFileSync(control, `${left - 1} ${when}`);
    const dies = left === 1;
    if (dies) rmSync(control);
    if (dies && when === 'before') process.kill(process.pid, 'SIGKILL');
    renameSync(from, to);
    if (dies) process.kill(process.pid, 'SIGKILL');
  };
  syncBuiltinESMExports();
}

function read(file) {
  try {
    const [left, when] = readFileSync(file, 'utf8').split(' ');
    return [Number(left), when];
  } catch {
    return [0, ''];
  }
}
