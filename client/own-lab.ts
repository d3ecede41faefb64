import { labElsewhere } from '../lab/elsewhere.ts';
import { Problem } from '../workflows/problem.ts';

/** Throws Problem `bad-usage` where the lab's workers run elsewhere: then there is nothing to bring up, take down or look at here. */
export function requireOwnLab(): void {
  const lab = labElsewhere();
  if (!lab) return;
  throw new Problem(
    'bad-usage',
    `This lab's workers run elsewhere (temporal.workers), on the Temporal server ${lab.temporal.address}`,
    'Nothing of it is on this machine: run incidents right away, and see npm run status.',
  );
}
