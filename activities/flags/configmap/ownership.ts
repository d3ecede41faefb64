import type { V1ConfigMap, V1ManagedFieldsEntry } from '@kubernetes/client-node';
import { markerOf } from '../marker.ts';
import type { StoreState } from '../state.ts';

/** Our name in an object's `managedFields`. */
export const fieldManager = 'incidentfox';

/** Whether our writes left us as the owner of the flags: then `helm upgrade`, which applies server-side, would conflict. */
export function ownsFlags({ metadata }: V1ConfigMap, key: string): boolean {
  return (metadata?.managedFields ?? []).some((entry) => entry.manager === fieldManager && owns(entry, key));
}

/** The object as nobody of ours owns it. Fields without an owner are everybody's to apply. */
export function withoutOwnership(object: V1ConfigMap): V1ConfigMap {
  const managedFields = (object.metadata?.managedFields ?? []).filter(({ manager }) => manager !== fieldManager);
  return { ...object, metadata: { ...object.metadata, managedFields } };
}

/**
 * Takes what a release has put in the place of a fault for the new original. Every write of ours takes the flags from their
 * owner, so a release that owns them again has written them since.
 */
export function adoptRelease(state: StoreState, { metadata }: V1ConfigMap, key: string): void {
  const released = (metadata?.managedFields ?? []).some(
    (entry) => entry.manager?.startsWith('helm') === true && owns(entry, key),
  );
  if (!released) return;
  for (const [first, record] of state.open()) {
    if (record.state !== 'open' || !record.appliedAt) continue;
    const current = state.flag(record.flag);
    if (current === record.before || current === undefined || markerOf(current)?.incident === record.id) continue;
    const adopted = { ...record, before: current, beforeRelease: record.before };
    state.apply({ record: { key: first, record: adopted }, answer: null });
  }
}

function owns({ fieldsV1 }: V1ManagedFieldsEntry, key: string): boolean {
  const data = (fieldsV1 as { 'f:data'?: Record<string, unknown> } | undefined)?.['f:data'];
  return data !== undefined && `f:${key}` in data;
}
