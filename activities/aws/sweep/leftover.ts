import { belongsTo, type LabNames, type Tags } from '../tags.ts';

/** Something of a lab that is still in the account. */
export interface Leftover {
  /** in words, such as `load balancer` */
  kind: string;
  /** as AWS's console and command line take it: an id, a name or an ARN */
  id: string;
  /** when it was made (ISO 8601), where AWS tells */
  since: string | null;
  /** how AWS itself ends it, which nobody has to wait for; null: it stays until somebody removes it */
  ending: string | null;
}

/** Something that may be the lab's: its tags say. */
export interface Tagged extends Omit<Leftover, 'ending'> {
  tags: Tags;
}

export function tagged(kind: string, id: string | undefined, tags: Tags, since?: Date | number): Tagged {
  return { kind, id: id ?? '', tags, since: since === undefined ? null : new Date(since).toISOString() };
}

export function leftOf(found: readonly Tagged[], names: LabNames): Leftover[] {
  return found
    .filter(({ tags }) => belongsTo(tags, names))
    .map(({ kind, id, since }) => ({ kind, id, since, ending: null }));
}

/** `load balancer k8s-shop`; how it ends, where it does. */
export function told({ kind, id, ending }: Leftover): string {
  return `${kind} ${id}${ending === null ? '' : ` (${ending})`}`;
}
