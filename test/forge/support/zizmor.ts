import { run } from '../../../activities/command.ts';
import { wheelProgram } from '../../support/wheel-program.ts';

interface Finding {
  ident: string;
  desc: string;
  locations: { concrete: { location: { start_point: { row: number } } } }[];
}

/** What zizmor, without asking the forge, has against the security of workflows: one line each, `<line> <rule> <message>`. */
export async function auditWorkflows(files: string[]): Promise<string[]> {
  const args = ['--quiet', '--offline', '--no-exit-codes', '--persona', 'pedantic', '--format', 'json', ...files];
  const { stdout } = await run(await wheelProgram('zizmor'), args);
  return (JSON.parse(stdout) as Finding[]).map(({ ident, desc, locations: [place] }) => {
    const row = place?.concrete.location.start_point.row ?? -1;
    return `${row + 1} ${ident} ${desc}`;
  });
}
