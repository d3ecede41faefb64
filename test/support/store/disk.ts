import fs from 'node:fs';
import path from 'node:path';

/** As it was before die-at.ts replaced it. */
const { linkSync, renameSync } = fs;

/**
 * What of a process's work a power failure may take away again, since nobody has made it durable: the contents and the
 * mode of a file since its last fsync, and a name (created, renamed, removed) since the last fsync of its directory.
 * It keeps what is needed to take it away: each file open, so that it is found under any name, and what a name stood
 * for before, in `spare`, a directory on the same file system.
 */
export class Disk {
  readonly #spare: string;
  readonly #files = new Map<number, { fd: number; unwritten: boolean; mode: number }>();
  #names: { directory: string; undo: () => void }[] = [];
  #kept = 0;

  constructor(spare: string) {
    this.#spare = spare;
  }

  created(file: string): void {
    const fd = fs.openSync(file, 'r+');
    const { ino, mode } = fs.fstatSync(fd);
    this.#files.set(ino, { fd, unwritten: false, mode });
    this.#changed(file, () => fs.rmSync(file, { force: true }));
  }

  madeDirectory(directory: string): void {
    this.#changed(directory, () => fs.rmSync(directory, { recursive: true, force: true }));
  }

  linked(name: string): void {
    this.#changed(name, () => fs.rmSync(name, { force: true }));
  }

  written(fd: number): void {
    const file = this.#files.get(fs.fstatSync(fd).ino);
    if (file) file.unwritten = true;
  }

  /** A file's contents and mode are durable from now on, a directory's names. */
  synced(fd: number, name: string): void {
    const { ino, mode } = fs.fstatSync(fd);
    const file = this.#files.get(ino);
    if (file) Object.assign(file, { unwritten: false, mode });
    this.#names = this.#names.filter(({ directory }) => directory !== path.resolve(name));
  }

  /** To be asked before a name is given to something else or removed; what it answers puts back what it stood for. */
  keep(name: string): () => void {
    if (!fs.existsSync(name)) return () => undefined;
    this.#kept += 1;
    const kept = path.join(this.#spare, String(this.#kept));
    const isDirectory = fs.statSync(name).isDirectory();
    if (isDirectory) fs.cpSync(name, kept, { recursive: true });
    else linkSync(name, kept);
    return () => (isDirectory ? fs.cpSync(kept, name, { recursive: true }) : renameSync(kept, name));
  }

  renamed(from: string, to: string, putBack: () => void): void {
    this.#changed(to, () => {
      // a later change that survives may have taken away either name, or given the old one to something else
      if (!fs.existsSync(path.dirname(from))) fs.rmSync(to, { recursive: true, force: true });
      else if (fs.existsSync(to) && !fs.existsSync(from)) renameSync(to, from);
      putBack();
    });
  }

  removed(name: string, putBack: () => void): void {
    this.#changed(name, putBack);
  }

  loseContents(): void {
    for (const { fd, unwritten, mode } of this.#files.values()) {
      if (unwritten) fs.ftruncateSync(fd);
      fs.fchmodSync(fd, mode & 0o7777);
    }
  }

  /** `butLast`: the latest one survives, since nobody promises an order. */
  loseNames(butLast: boolean): void {
    const lost = butLast ? this.#names.slice(0, -1) : this.#names;
    for (const { undo } of lost.toReversed()) undo();
  }

  #changed(name: string, undo: () => void): void {
    this.#names.push({ directory: path.resolve(path.dirname(name)), undo });
  }
}
