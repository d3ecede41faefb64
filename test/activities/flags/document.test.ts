import { describe, expect, it } from 'vitest';
import { FlagDocument } from '../../../activities/flags/document.ts';
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
    expect(() => new FlagDocument(text).flags('x.json')).toThrow(reason);
  });

  it('refuses every truncation of a valid one', () => {
    const whole = handWritten.trimEnd();
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => new FlagDocument(whole.slice(0, length)).flags('x.json')).toThrow('The flag document x.json');
    }
  });
});

it('quotes a broken document in one line', () => {
  expect(() => new FlagDocument('{"flags": {"a": x\n}}').flags('x.json')).toThrow(/^[^\r\n]+$/);
});

describe('changing one flag', () => {
  it('and changing it back gives the very same text', () => {
    const document = new FlagDocument(handWritten);
    for (const flag of ['paymentFailure', 'café']) {
      const before = document.flag(flag) ?? '';
      const definition = { state: 'ENABLED', variants: { 'ünï\\"': 1 }, defaultVariant: 'ünï\\"' };
      const changed = document.with(new Map([[flag, document.format(flag, definition)]]));
      expect(changed.flags('x')[flag]?.defaultVariant).toBe('ünï\\"');
      expect(changed.with(new Map([[flag, before]])).text).toBe(handWritten);
    }
  });

  it('adds it again when it is gone', () => {
    const empty = new FlagDocument('{\n  "flags": {}\n}\n');
    const added = empty.with(new Map([['a', '{"state":"ENABLED","variants":{"x":1}}']]));
    expect(added.flags('x')).toEqual({ a: { state: 'ENABLED', variants: { x: 1 } } });
  });
});

describe('a document that was changed many times', () => {
  it('is the one that a reader of its text has, place for place and flag for flag', () => {
    let document = new FlagDocument(handWritten);
    document.flags('x');
    for (let round = 0; round < 50; round += 1) {
      const definition = { state: 'ENABLED', variants: { on: 'x'.repeat((round * 7) % 40) }, defaultVariant: 'on' };
      const flag = round % 3 === 0 ? `new-${round}` : round % 2 === 0 ? 'paymentFailure' : 'café';
      document = document.with(new Map([[flag, document.format(flag, definition)]]));
      const read = new FlagDocument(document.text);
      expect(document.flags('x')).toEqual(read.flags('x'));
      for (const name of read.names()) expect(document.flag(name)).toBe(read.flag(name));
    }
  });

  it('is unsound as soon as one edit is', () => {
    const document = new FlagDocument(handWritten);
    expect(document.problem).toBeUndefined();
    expect(document.with(new Map([['café', '{"state":"ON"}']])).problem).toContain('flags.café.state');
    expect(document.with(new Map([['café', '{"state":']])).problem).toContain('is not JSON');
  });
});
