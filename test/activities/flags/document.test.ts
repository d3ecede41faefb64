import { describe, expect, it } from 'vitest';
import { flagText, parseDocument, withFlag, withFlagText } from '../../../activities/flags/document.ts';
import { handWritten } from '../../support/flags.ts';

describe('reading a flag document', () => {
  it.each([
    ['', 'is empty'],
    ['  \n', 'is empty'],
    ['{', 'is not JSON'],
    ['null', 'is not a flagd document'],
    ['[]', 'is not a flagd document'],
    ['{"flag":{}}', 'flags'],
    ['{"flags":[]}', 'flags'],
    ['{"flags":{"a":true}}', 'flags.a'],
    ['{"flags":{"a":{"state":"ON","variants":{"x":1}}}}', 'flags.a.state'],
    ['{"flags":{"a":{"state":"ENABLED","variants":{}}}}', 'flags.a.variants'],
    ['{"flags":{},"flags":{}}', 'has the key "flags" twice'],
    [handWritten.replace('café', 'paymentFailure'), 'has the key "paymentFailure" twice'],
    [handWritten.slice(0, -30), 'is not JSON'],
  ])('refuses %j', (text, reason) => {
    expect(() => parseDocument(text, 'x.json')).toThrow(reason);
  });

  it('refuses every truncation of a valid one', () => {
    const whole = handWritten.trimEnd();
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => parseDocument(whole.slice(0, length), 'x.json')).toThrow('The flag document x.json');
    }
  });
});

it('quotes a broken document in one line', () => {
  expect(() => parseDocument('{"flags": {"a": x\n}}', 'x.json')).toThrow(/^[^\r\n]+$/);
});

describe('changing one flag', () => {
  it('and changing it back gives the very same text', () => {
    for (const flag of ['paymentFailure', 'café']) {
      const before = flagText(handWritten, flag) ?? '';
      const changed = withFlag(handWritten, flag, {
        state: 'ENABLED',
        variants: { 'ünï\\"': 1 },
        defaultVariant: 'ünï\\"',
      });
      expect(parseDocument(changed, 'x')[flag]?.defaultVariant).toBe('ünï\\"');
      expect(withFlagText(changed, flag, before)).toBe(handWritten);
    }
  });

  it('adds it again when it is gone', () => {
    const added = withFlagText('{\n  "flags": {}\n}\n', 'a', '{"state":"ENABLED","variants":{"x":1}}');
    expect(parseDocument(added, 'x')).toEqual({ a: { state: 'ENABLED', variants: { x: 1 } } });
  });
});
