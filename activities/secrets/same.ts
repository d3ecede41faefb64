import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Whether a Kubernetes Secret holds exactly these fields: told by hashes with a salt that nobody else ever has. */
export function isSame(fields: Record<string, string>, data: Record<string, Buffer>): boolean {
  const salt = randomBytes(32);
  const hash = (value: string | Buffer): Buffer => createHmac('sha256', salt).update(value).digest();
  const names = Object.keys(fields);
  return (
    names.length === Object.keys(data).length &&
    names.every((name) => data[name] !== undefined && timingSafeEqual(hash(fields[name] ?? ''), hash(data[name])))
  );
}
