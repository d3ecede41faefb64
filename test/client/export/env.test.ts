import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { asEnv } from '../../../client/export/env.ts';
import { toExport } from '../../../client/export/secret.ts';
import { temporaryDirectory } from '../../support/flags.ts';

const exported = (key: string, fields: Record<string, string>) =>
  toExport({ key, name: `demo/${key}`, version: 'v', text: JSON.stringify(fields), region: 'us-west-2' });
const written = (fields: Record<string, string>) => asEnv([exported('k', fields)]);
const dump = 'process.stdout.write(JSON.stringify(process.env))';

/** Those of the test, of all that a process has. */
const ours = ({ stdout }: { stdout: string }): Record<string, string> =>
  Object.fromEntries(
    Object.entries(JSON.parse(stdout) as Record<string, string>).filter(([name]) => name.startsWith('K_')),
  );

/** The variables as a shell and as Node's --env-file have them, each in a process with no others. */
async function readBack(text: string): Promise<{ shell: Record<string, string>; node: Record<string, string> }> {
  const file = path.join(await temporaryDirectory(), 'secrets.env');
  await writeFile(file, text);
  const options = { env: {}, extendEnv: false } as const;
  const source = `set -a; . '${file}'; exec '${process.execPath}' -e '${dump}'`;
  const [shell, node] = await Promise.all([
    execa('/bin/sh', ['-c', source], options),
    execa(process.execPath, [`--env-file=${file}`, '-e', dump], options),
  ]);
  return { shell: ours(shell), node: ours(node) };
}

const values = {
  plain: 'abc',
  empty: '',
  equals: '=1+1',
  blanks: '  a\tb  ',
  lines: 'first\nsecond\n\nlast\n',
  begins: '\n# no comment',
  unicode: 'pässwörd 日本 😀\u2028',
  dollar: '$HOME ${HOME} $(id) `id`',
  backslash: 'a\\nb\\\\c \\t \\$ \\',
  double: 'say "x"',
  single: "it's",
  singleLines: "it's\nmore # here\n=",
  comment: 'a # b',
  bang: "!! it's !x",
};

it('is read back exactly, by a shell and by Node', async () => {
  const expected = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`K_${name.toUpperCase()}`, value]),
  );
  const { shell, node } = await readBack(written(values));
  expect(shell).toEqual(expected);
  expect(node).toEqual(expected);
});

it('is read back exactly or refused, whatever the values are', async () => {
  const letters = ["'", '"', '`', '\\', '$', '#', '=', '\n', ' ', '\t', '\r', 'n', 'é', '😀', '!', '{'];
  // the same in every run
  let seed = 7;
  const draw = (below: number): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  const made = Array.from({ length: 3_000 }, (_, index) => {
    const value = Array.from({ length: draw(7) }, () => letters[draw(letters.length)]).join('');
    return [`v${index}`, value] as const;
  });
  const fit = made.filter(([name, value]) => {
    try {
      return written({ [name]: value }) !== '';
    } catch {
      return false;
    }
  });
  // neither all nor none
  expect(fit.length).toBeGreaterThan(1_000);
  expect(fit.length).toBeLessThan(3_000);
  const expected = Object.fromEntries(fit.map(([name, value]) => [`K_${name.toUpperCase()}`, value]));
  const { shell, node } = await readBack(written(Object.fromEntries(fit)));
  expect(shell).toEqual(expected);
  expect(node).toEqual(expected);
});

it.each([`'"canary`, "'$canary", "'`canary", String.raw`'\canary`, 'canary\r', 'canary\0', 'canary\ud800'])(
  'refuses %j by its name, and does not quote it',
  (value) => {
    const attempt = (): string => asEnv([exported('grafana-admin', { 'api.token': value })]);
    expect(attempt).toThrow(/^GRAFANA_ADMIN_API_TOKEN cannot be written so that/);
    expect(attempt).not.toThrow(/canary/);
  },
);

it('refuses two fields of one name, and a name that a shell cannot have', () => {
  expect(() => written({ 'a-b': '1', a_b: '2' })).toThrow('Two fields would both be K_A_B');
  expect(() => asEnv([exported('a', { b_c: '1' }), exported('a-b', { c: '2' })])).toThrow('would both be A_B_C');
  expect(() => asEnv([exported('2nd', { a: '1' })])).toThrow('2ND_A is no name of a variable');
});
