import { labParts, labTable } from '../lab-parts.ts';
import { printJson, printLine } from '../output.ts';

/** `lab status`: what runs, and where. Throws Problem `lab-down` where none is up. */
export async function labStatus({ json = false }: { json?: boolean }): Promise<void> {
  const parts = await labParts();
  if (json) return printJson(parts);
  printLine(labTable(parts));
  if (parts.halted) printLine('The safety lever is pulled: no incident can start.');
}
