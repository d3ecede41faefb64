import { execFile } from 'node:child_process';
import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { inspect, promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { addKey } from '../../../activities/codec/add-key.ts';
import { isPrivate, readKeyFile } from '../../../activities/codec/key-file.ts';
import { newKey, writeKeys } from '../../support/codec-keys.ts';
import { temporaryDirectory } from '../../support/flags.ts';

const key = newKey();
const keys = { one: { key } };

/** What reading the file throws; nothing that is in it may be told, nowhere in the error. */
async function refusal(file: string): Promise<unknown> {
  const error: unknown = await readKeyFile(file).then(
    () => 'it was read',
    (thrown: unknown) => thrown,
  );
  expect(inspect(error, { depth: 9 })).not.toContain(key.slice(0, 20));
  return error;
}

describe('a key file', () => {
  it.each([
    ['YAML', `# ours\nactive: 1\nkeys:\n  1: { key: ${key} }\n  007: { key: ${newKey()} }\n`, ['1', '007']],
    ['JSON', JSON.stringify({ active: 'é鍵-१', keys: { 'é鍵-१': { key } } }), ['é鍵-१']],
    ['a YAML date for an id', `active: 2026-11-25\nkeys:\n  2026-11-25:\n    key: ${key}\n`, ['2026-11-25']],
    ['a key of KMS', { active: 'k', keys: { k: { kms: 'AAAA', region: 'us-west-2' } } }, ['k']],
  ])('is read: %s', async (_what, content, ids) => {
    const read = await readKeyFile(await writeKeys(content));
    expect(Object.keys(read.content.keys).toSorted()).toEqual(ids.toSorted());
  });

  it.each([
    ['empty', '', 'nothing else'],
    ['no document', `{"active": "one", "keys": {"one": {"key": "${key}"`, 'neither YAML nor JSON'],
    ['two documents', `active: one\n---\nkeys: ${key}\n`, 'neither YAML nor JSON'],
    ['an id twice', `active: one\nkeys:\n  one: { key: ${key} }\n  one: { key: ${key} }\n`, 'neither YAML nor JSON'],
    ['a list', [key], 'nothing else'],
    ['the key alone', key, 'nothing else'],
    ['without keys', { active: 'one' }, 'nothing else'],
    ['with no key', { active: 'one', keys: {} }, 'its active key is not among its keys'],
    ['without an active key', { keys }, '"active"'],
    ['with an active key that it has not', { active: 'two', keys }, 'its active key is not among its keys'],
    ['with what every object has for its active key', { active: 'constructor', keys }, 'not among its keys'],
    ['with the key for its active id', { active: key, keys }, '"active" must be the id'],
    ['with more in it', { active: 'one', keys, [key]: 1 }, 'nothing else'],
    ['with a key for an id', { active: 'one', keys: { ...keys, [key]: { key } } }, 'key number 2'],
    ['with a line break in an id', { active: 'one', keys: { ...keys, 'a\nb': { key } } }, 'key number 2'],
    ['with an empty id', { active: 'one', keys: { '': { key }, ...keys } }, 'key number 1'],
    ['with an id of half a character', '{"active":"\\ud800","keys":{"\\ud800":{"key":"AA=="}}}', '"active"'],
    ['with a bare key', { active: 'one', keys: { one: key } }, 'key number 1'],
    ['with a key and more', { active: 'one', keys: { one: { key, [key]: 'x' } } }, 'key number 1'],
    ['with a key of 16 bytes', { active: 'one', keys: { one: { key: newKey(16) } } }, 'base64 of 32 bytes'],
    ['with a key of 33 bytes', { active: 'one', keys: { one: { key: newKey(33) } } }, 'base64 of 32 bytes'],
    ['with a key in hex', { active: 'one', keys: { one: { key: 'ab'.repeat(32) } } }, 'key number 1'],
    ['with a key that is no base64', { active: 'one', keys: { one: { key: `${key.slice(0, -3)}!!=` } } }, 'number 1'],
    ['with an empty key', { active: 'one', keys: { one: { key: '' } } }, 'key number 1'],
    ['with a key of KMS in no region', { active: 'one', keys: { one: { kms: key } } }, '"region"'],
    ['with a key twice over', { active: 'one', keys: { one: { key, kms: key, region: 'us-west-2' } } }, 'number 1'],
  ])('is refused, and not quoted: %s', async (_what, content, reason) => {
    expect(await refusal(await writeKeys(content))).toMatchObject({
      code: 'bad-codec-keys',
      message: expect.stringContaining(reason),
    });
  });

  it.each(['0644', '0640', '0604', '0660', '0620', '0700', '0777'])('is refused with the mode %s', async (mode) => {
    const file = await writeKeys({ active: 'one', keys }, Number.parseInt(mode, 8));
    expect(await refusal(file)).toMatchObject({
      code: 'bad-codec-keys',
      message: expect.stringContaining(`has the mode ${mode}, not 0600`),
    });
    await chmod(file, 0o400);
    expect((await readKeyFile(file)).content.active).toBe('one');
  });

  it("is private as Kubernetes mounts a Secret, root's and readable by the pod's group, to who is not root", () => {
    expect(isPrivate({ mode: 0o100440, uid: 0 }, 1000)).toBe(true);
    expect(isPrivate({ mode: 0o100440, uid: 0 }, 0)).toBe(false);
    expect(isPrivate({ mode: 0o100440, uid: 1000 }, 1000)).toBe(false);
    expect(isPrivate({ mode: 0o100444, uid: 0 }, 1000)).toBe(false);
  });

  it('is refused where there is none, or something else', async () => {
    const directory = await temporaryDirectory();
    const pipe = path.join(directory, 'pipe');
    await promisify(execFile)('mkfifo', ['-m', '600', pipe]);
    for (const [file, reason] of [
      [path.join(directory, 'none'), /There is no key file/],
      [directory, /is no file/],
      [pipe, /is no file/],
    ] as const) {
      expect(await refusal(file)).toMatchObject({ code: 'bad-codec-keys', message: reason });
    }
  });
});

describe('adding a key', () => {
  it('makes a file of one that only its owner reads, and then adds to it', async () => {
    const file = path.join(await temporaryDirectory(), 'keys.yaml');
    const first = await addKey(file);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const { keys: before } = (await readKeyFile(file)).content;
    const second = await addKey(file);
    const { content } = await readKeyFile(file);
    expect(content).toEqual({ active: second, keys: { ...before, [second]: { key: expect.any(String) } } });
    expect(Object.keys(before)).toEqual([first]);
    expect(content.keys[second]).not.toEqual(before[first]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['YAML with comments', `# ours\nactive: 7 # since May\nkeys:\n  7: { key: ${key} } # old\n`, /^# ours\n.*# old\n/s],
    ['JSON', JSON.stringify({ active: '7', keys: { 7: { key } } }), /^\{\n {2}"active": "/],
  ])('leaves it in its own format: %s', async (_what, text, form) => {
    const file = await writeKeys(text);
    const id = await addKey(file);
    const { content } = await readKeyFile(file);
    expect(content).toEqual({ active: id, keys: { 7: { key }, [id]: { key: expect.any(String) } } });
    expect(await readFile(file, 'utf8')).toMatch(form);
  });

  it('touches no file that is broken, and makes none where no directory is', async () => {
    const file = await writeKeys('active: one\n');
    await expect(addKey(file)).rejects.toMatchObject({ code: 'bad-codec-keys' });
    expect(await readFile(file, 'utf8')).toBe('active: one\n');
    await writeFile(file, JSON.stringify({ active: 'one', keys }));
    await chmod(file, 0o644);
    await expect(addKey(file)).rejects.toMatchObject({ message: /has the mode 0644/ });
    await expect(addKey(path.join(file, 'x'))).rejects.toMatchObject({ code: 'bad-codec-keys' });
    await expect(addKey(path.join(file, '../no/x'))).rejects.toMatchObject({ message: /cannot be written: ENOENT/ });
  });
});
