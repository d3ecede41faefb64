import { releaseLever } from '../../activities/flags/lever.ts';
import { withTarget } from '../live-flags.ts';
import { printJson, printLine } from '../output.ts';

/** `resume`: releases the safety lever, so that incidents can start again. */
export async function resume({ json = false }: { json?: boolean }): Promise<void> {
  const wasHalted = await withTarget(({ store }) => releaseLever(store));
  if (json) printJson({ halted: false, wasHalted });
  else
    printLine(
      wasHalted ? 'The safety lever is released: incidents can start again.' : 'The safety lever was not pulled.',
    );
}
