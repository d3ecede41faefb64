import { CommandError, run } from '../../../activities/command.ts';
import { wheelProgram } from '../../support/wheel-program.ts';

/** What hadolint has against a Dockerfile: one line each, `<line> <rule> <message>`. */
export async function lintDockerfile(file: string): Promise<string[]> {
  const program = await wheelProgram('hadolint');
  try {
    await run(program, ['--format', 'json', file]);
    return [];
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const found = JSON.parse(String(error.stdout)) as { line: number; code: string; message: string }[];
    return found.map(({ line, code, message }) => `${line} ${code} ${message}`);
  }
}
