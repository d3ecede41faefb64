import { describe, expect, it } from 'vitest';
import { flagdDocument, flagDefinition } from '../../scenarios/flag.ts';

const flag = { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'off' };

describe('a flag', () => {
  it.each([
    ['as plain as can be', flag],
    ['of numbers', { ...flag, variants: { off: 0, on: 0.5 } }],
    ['of texts', { ...flag, variants: { off: '', on: 'x' } }],
    ['of objects', { ...flag, variants: { off: {}, on: { a: [1, null] } } }],
    ['without a default', { state: 'DISABLED', variants: { on: true } }],
    ['with null for a default', { ...flag, defaultVariant: null }],
    ['with targeting and metadata', { ...flag, targeting: { if: [true, 'on'] }, metadata: { a: 'x', b: 1, c: true } }],
    ['with empty targeting', { ...flag, targeting: {} }],
    ['with keys nobody knows', { ...flag, description: 'x', owner: { team: ['a'] } }],
  ])('%s is right, and returned as it is', (_what, value) => {
    const before = JSON.stringify(value);
    expect(flagDefinition.parse(value)).toBe(value);
    expect(JSON.stringify(value)).toBe(before);
  });

  it.each([
    ['null', null, ''],
    ['a list', [], ''],
    ['a text', 'on', ''],
    ['no state', { variants: flag.variants }, 'state'],
    ['a state that is none', { ...flag, state: 'enabled' }, 'state'],
    ['no variants', { state: 'ENABLED' }, 'variants'],
    ['empty variants', { ...flag, variants: {} }, 'variants'],
    ['variants in a list', { ...flag, variants: [true] }, 'variants'],
    ['variants of two types', { ...flag, variants: { on: 1, off: false } }, 'variants'],
    ['a variant that is null', { ...flag, variants: { on: null } }, 'variants.on'],
    ['a variant that is a list', { ...flag, variants: { on: [1] } }, 'variants.on'],
    ['a number for a default', { ...flag, defaultVariant: 1 }, 'defaultVariant'],
    ['targeting that is a text', { ...flag, targeting: 'on' }, 'targeting'],
    ['metadata with an object', { ...flag, metadata: { a: {} } }, 'metadata.a'],
  ])('%s is wrong', (_what, value, place) => {
    const { error } = flagdDocument.safeParse({ flags: { x: value } });
    expect(error?.issues[0]?.path.join('.')).toBe(['flags', 'x', place].filter(Boolean).join('.'));
    expect(error?.issues[0]?.message).not.toBe('');
  });
});

describe('a document', () => {
  it('keeps what it does not know, and the order of its flags', () => {
    const document = { $schema: 's', metadata: { a: 1 }, flags: { z: flag, a: flag }, $evaluators: { e: {} } };
    expect(flagdDocument.parse(document)).toEqual(document);
    expect(Object.keys(flagdDocument.parse(document).flags)).toEqual(['z', 'a']);
  });

  it.each([[null], [[]], ['x'], [{}], [{ flags: null }], [{ flags: [flag] }], [{ flags: { '': flag } }]])(
    '%j is none',
    (value) => {
      expect(flagdDocument.safeParse(value).success).toBe(false);
    },
  );
});
