// Preloaded into the processes of a lab. A worker that starts while the file HOLD_WORKER is there waits until it is gone.
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const hold = process.env['HOLD_WORKER'];

if (hold && process.argv[1]?.endsWith('dist/worker/main.js')) while (existsSync(hold)) await delay(20);
