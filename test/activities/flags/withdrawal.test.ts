import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { FlagDocument } from '../../../activities/flags/document.ts';
import { withdrawDue } from '../../../activities/flags/reconciler.ts';
import { Fault, inForce } from '../../support/fault.ts';
import { fileStore, handWritten } from '../../support/flags.ts';

describe('a withdrawal gets through', () => {
  it.each([
    ['another flag has a key twice', (text: string) => text.replace('"off":false}', '"off":false,"off":false}')],
    ['another flag has no variants', (text: string) => text.replace('{"on":true,"off":false}', '{}')],
    ['the document is no JSON any more', (text: string) => text.replace('"on":true', '"on":')],
  ])('where %s', async (_what, spoil) => {
    const { fault, text } = await inForce();
    await writeFile(fault.store.location, spoil(text));
    await fault.withdraw();
    expect(await readFile(fault.store.location, 'utf8')).toBe(spoil(handWritten));
    await fault.close();
    expect(await fault.state()).toBe('closed');
  });

  it.each([
    ['a comma too many', '{"state": "ENABLED", }', { state: 'ENABLED' }],
    ['null', 'null', { text: 'null' }],
    ['a list', '[1]', { text: '[1]' }],
  ])('where somebody made the flag %s', async (_what, edit, overwritten) => {
    const { fault } = await inForce();
    await writeFile(fault.store.location, `{"flags": {"paymentFailure": ${edit}}}`);
    expect((await fault.withdraw()).overwritten).toEqual(overwritten);
    expect(await fault.live()).toEqual(fault.entry.before);
  });

  it.each(['https://', '"fla', '"paymentFail'])(
    'once it is whole again, where it was cut off after %s',
    async (end) => {
      const { fault, text } = await inForce();
      const rest = text.slice(0, text.indexOf(end) + end.length);
      await writeFile(fault.store.location, rest);
      for (const attempt of [fault.withdraw, fault.withdraw])
        await expect(attempt()).rejects.toMatchObject({ code: 'flags-invalid' });
      expect([await fault.state(), await readFile(fault.store.location, 'utf8')]).toEqual(['open', rest]);
      await writeFile(fault.store.location, text);
      await fault.withdraw();
      expect(await readFile(fault.store.location, 'utf8')).toBe(handWritten);
    },
  );

  it('again where an editor with an old copy puts the fault back, before or after the record is closed', async () => {
    const { fault, text } = await inForce();
    await fault.withdraw();
    await writeFile(fault.store.location, text);
    expect(await fault.close()).toEqual(fault.entry.before);
    expect(await readFile(fault.store.location, 'utf8')).toBe(handWritten);
    await writeFile(fault.store.location, text);
    expect((await withdrawDue(fault.store)).strays).toMatchObject([{ incident: 'incident-1', flag: 'paymentFailure' }]);
    expect(await readFile(fault.store.location, 'utf8')).toBe(handWritten);
  });

  it('by the reconciler half a second after the deadline, not before', async () => {
    const { fault } = await inForce();
    const until = Date.parse(fault.entry.until);
    expect(await withdrawDue(fault.store, () => until + 499)).toEqual({ due: [], strays: [], next: 1 });
    expect(await readFile(fault.store.location, 'utf8')).not.toBe(handWritten);
    const { due } = await withdrawDue(fault.store, () => until + 500);
    expect(due).toMatchObject([{ by: 'reconciler', endedBy: 'deadline' }]);
    expect(await readFile(fault.store.location, 'utf8')).toBe(handWritten);
  });
});

describe('a flag that somebody wrote twice while its fault was in force', () => {
  it('has the place withdrawn that counts in JSON, the last one', async () => {
    const { fault, text } = await inForce();
    const block = new FlagDocument(text).flag('paymentFailure') ?? '';
    await writeFile(fault.store.location, text.replace(block, `${block}, "paymentFailure": ${block}`));
    await fault.withdraw();
    expect(await fault.live()).toEqual(fault.entry.before);
  });
});

describe('a marker that was pasted into another flag', () => {
  it('does not make that flag what the broken one was', async () => {
    const { fault, text } = await inForce();
    const block = new FlagDocument(text).flag('paymentFailure') ?? '';
    await writeFile(fault.store.location, new FlagDocument(text).with(new Map([['café', block]])).text);
    await fault.withdraw();
    await fault.close();
    expect((await withdrawDue(fault.store)).strays).toEqual([]);
    expect((await fault.store.read()).flag('café')).toBe(block);
  });
});

describe('an edit of the same flag in the middle of the injection', () => {
  it('is never overwritten unreported', async () => {
    const { fault } = await inForce();
    const edit = '{"state": "ENABLED", "variants": {"off": 0, "7%": 0.07}, "defaultVariant": "7%"}';
    await writeFile(fault.store.location, new FlagDocument(handWritten).with(new Map([['paymentFailure', edit]])).text);
    expect(await fault.apply()).toMatchObject({ state: 'open' });
    expect((await fault.withdraw()).overwritten).toEqual(JSON.parse(edit));
  });
});

describe('a hand edit between record and injection', () => {
  it('stops the injection and stays', async () => {
    const fault = await Fault.on(await fileStore());
    await fault.record();
    const edited = handWritten.replace('"100%": 1', '"100%": 0.99');
    await writeFile(fault.store.location, edited);
    await expect(fault.apply()).rejects.toMatchObject({ code: 'flag-taken' });
    expect((await fault.withdraw()).overwritten).toBeNull();
    expect(await readFile(fault.store.location, 'utf8')).toBe(edited);
  });
});
