import { readFile } from 'node:fs/promises';
import { z } from 'zod';

const recordSchema = z.looseObject({
  id: z.string(),
  scenario: z.string().optional(),
  flag: z.string(),
  variant: z.string().optional(),
  state: z.enum(['open', 'withdrawing', 'closed']),
  appliedAt: z.string().optional(),
  withdrawnAt: z.string().optional(),
  until: z.string(),
});

/** An incident as the board shows it; times in ISO 8601. */
export type ShownIncident = z.infer<typeof recordSchema>;

const ledgerSchema = z.looseObject({ records: z.record(z.string(), z.unknown()) });

/** Lists the incidents of a ledger file. The board only looks: what cannot be read is left out. */
export async function readIncidents(file: string | undefined): Promise<ShownIncident[]> {
  if (file === undefined) return [];
  try {
    const { records } = ledgerSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    return Object.values(records).flatMap((record) => {
      const parsed = recordSchema.safeParse(record);
      if (!parsed.success) return [];
      const { id, scenario, flag, variant, state, appliedAt, withdrawnAt, until } = parsed.data;
      return [{ id, scenario, flag, variant, state, appliedAt, withdrawnAt, until }];
    });
  } catch {
    return [];
  }
}
