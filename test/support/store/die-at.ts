import fs from 'node:fs';
import fsp, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { Disk } from './disk.ts';

/**
 * Preloaded into a process that changes files in the directory DIE_IN: counts the calls that change something there, or
 * make a change durable, prints them at the end, and dies before the one with the number DIE_BEFORE, in the way DIE_HOW:
 * - `crash`: the process is killed, all that it did so far stays;
 * - `undone`: the power fails; what was not fsynced is gone from the files, and names go back to what they were when their
 *   directory was last fsynced;
 * - `reordered`: the same, but of the names the latest change survives, those before it do not;
 * - `paused`: it stops (SIGSTOP) and makes the call when it is continued.
 * A call that the kernel makes in many parts (write, remove a tree) counts twice, so that it can die half-way. The last to
 * be counted is the end, when it has said that all is done.
 */
const { DIE_IN = '', DIE_BEFORE = '', DIE_HOW = 'crash' } = process.env;
const disk = new Disk(fs.mkdtempSync(`${DIE_IN}.spare-`));
const { mkdir, open, chmod, rename, rm } = fsp;
const { linkSync, renameSync } = fs;
let count = 0;

/** Strict, so that a mode which a file gets only by chmod shows. */
process.umask(0o077);

function before(call: string, ...names: string[]): void {
  count += 1;
  const shown = names.map((name) => path.relative(DIE_IN, name).replaceAll(/[0-9a-f-]{36}/g, '…'));
  fs.writeSync(1, `call ${[call, ...shown].join(' ')}\n`);
  if (count !== Number(DIE_BEFORE)) return;
  if (DIE_HOW === 'paused') return void process.kill(process.pid, 'SIGSTOP');
  if (DIE_HOW !== 'crash') {
    disk.loseContents();
    disk.loseNames(DIE_HOW === 'reordered');
  }
  process.kill(process.pid, 'SIGKILL');
}

const isInside = (name: unknown): name is string => typeof name === 'string' && name.startsWith(`${DIE_IN}${path.sep}`);

/** A rename onto a directory that is not empty is refused and changes nothing: a look whether the lock is free. */
const isRefused = (to: string): boolean =>
  fs.statSync(to, { throwIfNoEntry: false })?.isDirectory() === true && fs.readdirSync(to).length > 0;

/** The same call made with the look before and the note after it; other places are left alone. */
Object.assign(fsp, {
  async mkdir(directory: string, options?: fs.MakeDirectoryOptions) {
    if (!isInside(directory)) return await mkdir(directory, options);
    before('mkdir', directory);
    await mkdir(directory, options);
    disk.madeDirectory(directory);
  },
  async open(file: string, flags: string = 'r', mode?: number) {
    if (!isInside(file) && file !== DIE_IN) return await open(file, flags, mode);
    if (flags === 'r') return watch(await open(file, flags), file);
    before('open', file);
    const handle = await open(file, flags, mode);
    disk.created(file);
    return watch(handle, file);
  },
  async chmod(file: string, mode: number) {
    if (isInside(file)) before('chmod', file);
    await chmod(file, mode);
  },
  async rename(from: string, to: string) {
    if (!isInside(to) || isRefused(to)) return await rename(from, to);
    before('rename', from, to);
    const putBack = disk.keep(to);
    await rename(from, to);
    disk.renamed(from, to, putBack);
  },
  async rm(name: string, options?: fs.RmOptions) {
    if (!isInside(name) || !fs.existsSync(name)) return await rm(name, options);
    before('rm', name);
    disk.removed(name, disk.keep(name));
    if (fs.statSync(name).isDirectory())
      for (const entry of fs.readdirSync(name)) await rm(path.join(name, entry), options);
    before('rm, the rest of', name);
    await rm(name, options);
  },
});

Object.assign(fs, {
  linkSync(from: string, to: string) {
    if (!isInside(to)) return linkSync(from, to);
    before('link', from, to);
    linkSync(from, to);
    disk.linked(to);
  },
  renameSync(from: string, to: string) {
    if (!isInside(to)) return renameSync(from, to);
    before('rename', from, to);
    const putBack = disk.keep(to);
    renameSync(from, to);
    disk.renamed(from, to, putBack);
  },
});
syncBuiltinESMExports();
process.on('exit', () => before('end'));

function watch(handle: FileHandle, name: string): FileHandle {
  const { writeFile, chmod: change, sync, close } = handle;
  return Object.assign(handle, {
    async writeFile(text: string) {
      const bytes = Buffer.from(text);
      const half = bytes.length >> 1;
      before('write', name);
      disk.written(handle.fd);
      await writeFile.call(handle, bytes.subarray(0, half));
      before('write, the rest of', name);
      await writeFile.call(handle, bytes.subarray(half));
    },
    async chmod(mode: number) {
      before('chmod', name);
      await change.call(handle, mode);
    },
    async sync() {
      before('fsync', name);
      await sync.call(handle);
      disk.synced(handle.fd, name);
    },
    async close() {
      before('close', name);
      await close.call(handle);
    },
  });
}
