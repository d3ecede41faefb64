import { chmod, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/** What a flag store must not do: a new version that nobody makes durable, neither its text nor its mode nor its name. */
const [directory = ''] = process.argv.slice(2);
const [next, text] = [path.join(directory, 'next'), path.join(directory, 'text')];
const file = await open(next, 'wx', 0o600);
await file.writeFile('new');
await file.close();
await chmod(next, 0o644);
await rename(next, text);
await rm(text);
