import { expect, it, onTestFinished } from 'vitest';
import { openCodec } from '../../../activities/codec/codec.ts';
import { useAccount } from '../../support/aws/account.ts';
import { Front } from '../../support/aws/front.ts';
import { newKey, writeKeys } from '../../support/codec-keys.ts';

it('KMS is not needed by a file with none of its keys: AWS is not asked', async () => {
  const front = await Front.up(onTestFinished);
  useAccount(front.endpoint);
  await openCodec(await writeKeys({ active: 'a', keys: { a: { key: newKey() } } }));
  expect(front.calls).toEqual([]);
});
