import type { FlagDefinition } from '../../scenarios/flag.ts';
import type { JsonObject } from '../../workflows/contract.ts';
import { check, checkFlag, type Checked, requireSound } from './check.ts';
import { type Place, scanDocument, withRoomFor } from './places.ts';

/**
 * A flagd document as text in which single flags are read and replaced, every other byte staying as it is. Never changes:
 * `with` answers another one that knows what this one knew, so that a document of thousands of flags is parsed once and
 * not once for each change.
 */
export class FlagDocument {
  readonly text: string;
  #places: Map<string, Place> | undefined;
  #checked: Checked | undefined;

  constructor(text: string, known: { places?: Map<string, Place>; checked?: Checked | undefined } = {}) {
    this.text = text;
    this.#places = known.places;
    this.#checked = known.checked;
  }

  /** The flag's definition as it is written, byte for byte; undefined where the document has no such flag. */
  flag(name: string): string | undefined {
    const place = this.#find().get(name);
    return place && this.text.slice(place.offset, place.offset + place.length);
  }

  /** The names of its flags, as far as the text can be read. */
  names(): Iterable<string> {
    return this.#find().keys();
  }

  /** What is wrong with it, undefined where flagd can use it: empty, not JSON, not flagd's form, or with a key twice. */
  get problem(): string | undefined {
    this.#checked ??= check(this.text);
    return this.#checked.problem;
  }

  /** Every flag, checked. Throws Problem `flags-invalid`, which names `location` and what is wrong. */
  flags(location: string): Record<string, FlagDefinition> {
    this.#checked ??= check(this.text);
    return requireSound(this.#checked, location);
  }

  /**
   * Throws Problem `flags-invalid` where a flag is gone and cannot be added again: what is left of a document that was cut off may
   * have no place for it.
   */
  requirePlaceFor(name: string, location: string): void {
    if (this.#find().has(name) || this.problem === undefined) return;
    if (new FlagDocument(withRoomFor(this.text, [name])).flag(name) === undefined) this.flags(location);
  }

  /** The document with these texts in the place of the flags' own; a flag that is gone is added again. */
  with(edits: ReadonlyMap<string, string>): FlagDocument {
    if (edits.size === 0) return this;
    const present = this.#find();
    const missing = [...edits.keys()].filter((name) => !present.has(name));
    const base = missing.length === 0 ? this : new FlagDocument(withRoomFor(this.text, missing));
    const { text, places } = splice(base.text, base.#find(), edits);
    this.#checked ??= check(this.text);
    return new FlagDocument(text, { places, checked: recheck(this.#checked, edits) });
  }

  /** A definition as text, indented like the flag that it is to replace. */
  format(name: string, definition: JsonObject): string {
    const offset = this.#find().get(name)?.offset ?? 0;
    const line = this.text.slice(this.text.lastIndexOf('\n', offset) + 1, offset);
    const indent = /^[ \t]*/.exec(line)?.[0] ?? '';
    const text = JSON.stringify(definition, null, indent.includes('\t') ? '\t' : 2);
    return text.replaceAll('\n', `\n${indent}`);
  }

  #find(): Map<string, Place> {
    this.#places ??= scanDocument(this.text).places;
    return this.#places;
  }
}

/** Replaces the texts at their places and answers where every flag is afterwards. Edits without a place are left out. */
function splice(text: string, places: Map<string, Place>, edits: ReadonlyMap<string, string>) {
  const moved = new Map<string, Place>();
  const pieces: string[] = [];
  let [from, shift] = [0, 0];
  for (const [name, { offset, length }] of places) {
    const edit = edits.get(name);
    moved.set(name, { offset: offset + shift, length: edit?.length ?? length });
    if (edit === undefined) continue;
    pieces.push(text.slice(from, offset), edit);
    from = offset + length;
    shift += edit.length - length;
  }
  return { text: pieces.join('') + text.slice(from), places: moved };
}

/** A sound document stays sound where each edit is a sound flag; one that was not is checked when it is asked for. */
function recheck(before: Checked, edits: ReadonlyMap<string, string>): Checked | undefined {
  if (before.problem !== undefined) return undefined;
  const flags = { ...before.flags };
  for (const [name, text] of edits) {
    const checked = checkFlag(name, text);
    if (checked.problem !== undefined) return checked;
    Object.assign(flags, checked.flags);
  }
  return { problem: undefined, flags };
}

/**
 * Throws Problem `flags-invalid` for a document that is no flagd document, unless it was none before: a withdrawal must get
 * through, whatever somebody else has made of what stands around it.
 */
export function requireNoWorse(next: FlagDocument, before: FlagDocument, location: string): void {
  if (next.problem !== undefined && before.problem === undefined) next.flags(location);
}
