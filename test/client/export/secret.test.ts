import { expect, it } from 'vitest';
import { fieldsToExport } from '../../../client/export/fields.ts';
import { toExport } from '../../../client/export/secret.ts';

const exported = (text: string, region = 'us-west-2') =>
  toExport({ key: 'postgres', name: 'demo/postgres', version: 'v', text, region });

it('keeps what is no text as the JSON that it was, which parsing would round', () => {
  const text = '{"username":"otel","port":12345678901234567890,"ratio":1.0,"tls":true,"none":null,"more":{"a": [1]}}';
  expect(fieldsToExport(text)).toEqual({
    username: 'otel',
    port: '12345678901234567890',
    ratio: '1.0',
    tls: 'true',
    none: 'null',
    more: '{"a": [1]}',
  });
});

it('reads what is written with escapes, and a field of any name', () => {
  const text = String.raw`{"pass\u0077ord":"\u00e9\n\"","__proto__":"p","":"e"}`;
  expect(Object.entries(fieldsToExport(text))).toEqual([
    ['password', 'é\n"'],
    ['__proto__', 'p'],
    ['', 'e'],
  ]);
});

it.each(['plain', '"text"', '[1]', '12', 'null', '', '{"a":', '{"a":1} x', '{"a":1,}'])(
  'takes %j, which is no JSON object, for a password as it is',
  (text) => {
    expect(fieldsToExport(text)).toEqual({ password: text });
  },
);

it('tells user and password from the rest', () => {
  const { user, password, others } = exported('{"POSTGRES_USER":"root","POSTGRES_PASSWORD":"p","host":"db"}');
  expect({ user, password, others }).toEqual({ user: 'root', password: 'p', others: { host: 'db' } });
});

it('takes the only field for the password, and none where two could be', () => {
  expect(exported('{"username":"u","token":"t"}')).toMatchObject({ user: 'u', password: 't', others: {} });
  const two = { admin_password: 'a', password: 'b' };
  expect(exported(JSON.stringify(two))).toMatchObject({ password: '', others: two });
  expect(exported('{}')).toMatchObject({ user: '', password: '', others: {}, fields: {} });
});

it.each([
  ['us-west-2', 'https://us-west-2.console.aws.amazon.com/'],
  ['cn-north-1', 'https://console.amazonaws.cn/'],
  ['us-gov-west-1', 'https://console.amazonaws-us-gov.com/'],
])('links to the console of %s', (region, begin) => {
  const { url } = exported('{}', region);
  expect(url).toBe(`${begin}secretsmanager/secret?name=demo%2Fpostgres&region=${region}`);
});
