import { z } from 'zod';
import { Problem } from '../../workflows/problem.ts';

const definition = z.record(z.string(), z.json());
const instant = z.iso.datetime();

/** One fault: who put what where, until when, and what was there. Unknown fields of a later version are kept. */
const record = z.looseObject({
  id: z.string(),
  workflowId: z.string(),
  firstRunId: z.string(),
  cluster: z.string(),
  namespace: z.string(),
  lab: z.string(),
  scenario: z.string(),
  flag: z.string(),
  variant: z.string(),
  /** the flag's text in the document, byte for byte; needed to withdraw, never changed */
  before: z.string(),
  applied: definition,
  until: instant,
  /** the evaluation at rest, which a run that was reset cannot see any more */
  resting: definition.optional(),
  state: z.enum(['open', 'withdrawing', 'closed']),
  recordedAt: instant,
  appliedAt: instant.optional(),
  witnessedAt: instant.optional(),
  withdrawnAt: instant.optional(),
  withdrawnBy: z.enum(['workflow', 'reconciler', 'lever', 'outside']).optional(),
  /** why the fault was withdrawn */
  endedBy: z.enum(['deadline', 'stop', 'cancel', 'halt', 'failure', 'ownerless']).optional(),
  /** the flag's text that the withdrawal found, where somebody had made something else of it; null where it was gone */
  found: z.string().nullable().optional(),
  /** what the live copy had when the withdrawal began, as canonical JSON; empty where the flag was gone */
  liveFound: z.string().optional(),
  /** the text before, where a release has put a new original in its place since */
  beforeRelease: z.string().optional(),
  /** when a flag evaluation was seen without the fault after its withdrawal */
  verifiedAt: instant.optional(),
  closedAt: instant.optional(),
});

/** The safety lever while it is pulled. */
const lever = z.looseObject({ since: instant, reason: z.string() });

const ledger = z.looseObject({
  version: z.literal(1),
  /** identity of the lab; an activity that finds itself on another lab's store touches nothing */
  lab: z.string().min(1),
  halted: lever.nullable(),
  /** by first run id */
  records: z.record(z.string(), record),
});

export type LedgerRecord = z.infer<typeof record>;
export type Lever = z.infer<typeof lever>;
export type Ledger = z.infer<typeof ledger>;

/** A ledger for a lab that has none yet. */
export function newLedger(lab: string): Ledger {
  return { version: 1, lab, halted: null, records: {} };
}

/**
 * Reads a ledger's text. Throws Problem `ledger-invalid`, naming `location` and the first thing wrong; also where the file
 * was no text, since what is to be restored must be known to the byte.
 */
export function parseLedger(text: string, location: string, isText = true): Ledger {
  try {
    if (!isText) throw new TypeError('it is not UTF-8');
    return ledger.parse(JSON.parse(text));
  } catch (error) {
    const reason =
      error instanceof z.ZodError
        ? error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)[0]
        : (error as Error).message;
    throw new Problem(
      'ledger-invalid',
      `The ledger ${location} cannot be read: ${reason}`,
      'It is needed to withdraw faults: repair it, or, if you know that no fault is in force, move it away.',
    );
  }
}

export function formatLedger(value: Ledger): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** How long closed records are kept, with what is needed to withdraw a fault that somebody puts back (ms). */
const retention = 7 * 24 * 3_600_000;

/** The records without those that were closed more than a week before `now`. */
export function* withoutOld(
  records: Iterable<[string, LedgerRecord]>,
  now: number,
): Generator<[key: string, record: LedgerRecord]> {
  for (const entry of records) {
    const { closedAt } = entry[1];
    if (!closedAt || now - Date.parse(closedAt) < retention) yield entry;
  }
}

/** A ledger that fits into `bytes`, as far as leaving out closed records, the oldest first, can make it. */
export function bounded(value: Ledger, bytes: number): Ledger {
  let excess = Buffer.byteLength(formatLedger(value)) - bytes;
  if (excess <= 0) return value;
  const closed = Object.entries(value.records)
    .filter(([, { state }]) => state === 'closed')
    .toSorted(([, a], [, b]) => (a.closedAt ?? '').localeCompare(b.closedAt ?? ''));
  const dropped = new Set<string>();
  for (const [key, entry] of closed) {
    if (excess <= 0) break;
    // less than it takes, since it is indented
    excess -= Buffer.byteLength(JSON.stringify(entry));
    dropped.add(key);
  }
  const kept = Object.entries(value.records).filter(([key]) => !dropped.has(key));
  return { ...value, records: Object.fromEntries(kept) };
}
