import { execa } from 'execa';
import { expect, it } from 'vitest';
import { asOnePasswordCsv, asOnePasswordJson } from '../../../client/export/one-password.ts';
import { toExport } from '../../../client/export/secret.ts';

const exported = (key: string, text: string) =>
  toExport({ key, name: `demo/${key}`, version: 'v1', text, region: 'us-west-2' });
const awkward = `=1+1,"it's"\n\té😀 $x \\`;
const postgres = exported('postgres', JSON.stringify({ username: 'otel', password: awkward, host: 'db' }));
const token = exported('token', ' plain text ');

interface Item {
  title: string;
  category: string;
  fields: { id?: string; type: string; purpose?: string; label: string; value: string }[];
}

it('writes one item a line, as the template of a login has its fields', () => {
  const lines = asOnePasswordJson([postgres, token]).split('\n');
  expect(lines.pop()).toBe('');
  const [first, second] = lines.map((line) => JSON.parse(line) as Item) as [Item, Item];
  expect(lines).toHaveLength(2);
  expect(first).toMatchObject({ title: 'demo/postgres', category: 'LOGIN' });
  expect(first.fields).toEqual([
    { id: 'username', type: 'STRING', purpose: 'USERNAME', label: 'username', value: 'otel' },
    { id: 'password', type: 'CONCEALED', purpose: 'PASSWORD', label: 'password', value: awkward },
    { id: 'notesPlain', type: 'STRING', purpose: 'NOTES', label: 'notesPlain', value: expect.stringContaining('v1') },
    { type: 'CONCEALED', label: 'host', value: 'db' },
  ]);
  expect(second.fields.map(({ label }) => label)).toEqual(['password', 'notesPlain']);
  expect(second.fields[0]?.value).toBe(' plain text ');
});

it('is read line by line in a shell as it was written', async () => {
  const text = asOnePasswordJson([postgres, token]);
  const loop = `while IFS= read -r item; do printf '%s' "$item" | cat -; echo; done`;
  const { stdout } = await execa('/bin/sh', ['-c', loop], { input: text, stripFinalNewline: false });
  expect(stdout).toBe(text);
});

it('keeps half a character in JSON, and refuses it in a table without quoting it', () => {
  const half = exported('half', String.raw`{"password":"canary\ud800"}`);
  const item = JSON.parse(asOnePasswordJson([half])) as Item;
  expect(item.fields.find(({ id }) => id === 'password')?.value).toBe('canary\ud800');
  expect(() => asOnePasswordCsv([half])).toThrow(/^demo\/half holds half a character/);
  expect(() => asOnePasswordCsv([half])).not.toThrow(/canary/);
  const ambiguous = exported('two', String.raw`{"password":"canary\ud800","old_password":"x"}`);
  expect(() => asOnePasswordCsv([ambiguous])).toThrow(/^demo\/two holds half a character/);
});

it("writes a table that Python's reader of CSV reads back as it is", async () => {
  const text = asOnePasswordCsv([postgres, token]);
  expect(text).toMatch(/^Title,Website,Username,Password,Notes\r\n/);
  const program =
    'import csv,io,json,sys; print(json.dumps(list(csv.reader(io.StringIO(sys.stdin.buffer.read().decode(), newline="")))))';
  const { stdout } = await execa('python3', ['-c', program], { input: text });
  const [, ...rows] = JSON.parse(stdout) as string[][];
  expect(rows.map((row) => row.length)).toEqual([5, 5]);
  expect(rows[0]?.[0]).toBe('demo/postgres');
  expect(rows[0]?.[1]).toMatch(/^https:\/\//);
  expect(rows[0]?.slice(2, 4)).toEqual(['otel', awkward]);
  expect(rows[0]?.[4]).toMatch(/^host: db\n.*v1/);
  expect(rows[1]?.slice(2, 4)).toEqual(['', ' plain text ']);
});
