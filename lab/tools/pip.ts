import { run } from '../../activities/command.ts';

/** The path of Python itself. */
export async function findPython(): Promise<string> {
  // python3 can be a shim that does more than run Python: two of pyenv's come to blows after a pip install
  return (await run('python3', ['-c', 'import sys; print(sys.executable)'])).stdout;
}

/** Installs the wheels of a requirements file, which pins each by version and hash, into `directory`. */
export async function installWheels(python: string, requirements: string, directory: string): Promise<void> {
  const options = ['--quiet', '--disable-pip-version-check', '--no-input', '--no-deps', '--require-hashes'];
  const wheels = ['--only-binary', ':all:', '--target', directory, '--upgrade', '-r', requirements];
  await run(python, ['-m', 'pip', 'install', ...options, ...wheels]);
}
