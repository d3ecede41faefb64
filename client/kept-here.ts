import { currentEnvironment } from '../environments/current.ts';
import { readState } from '../lab/state.ts';
import { Problem } from '../workflows/problem.ts';

/** Throws Problem `bad-usage` where the lab cannot be brought up or taken down from here. */
export function requireKeptHere(): void {
  if (!readState()?.elsewhere) return;
  throw new Problem(
    'bad-usage',
    `The lab of the environment ${currentEnvironment()} is kept running elsewhere`,
    'Bring it up and take it down there, as with docker compose: docs/team.md.',
  );
}
