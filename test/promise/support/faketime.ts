import { run } from '../../../activities/command.ts';

/** The path of libfaketime, from Debian's package of that name. Throws where it is not installed. */
export async function findFaketime(): Promise<string> {
  const { stdout } = await run('sh', [
    '-c',
    'ls /usr/lib/*/faketime/libfaketime.so.1 /usr/lib/faketime/libfaketime.so.1',
  ]).catch((error: { stdout?: string }) => ({ stdout: error.stdout ?? '' }));
  const library = stdout.split('\n').find(Boolean);
  if (library === undefined) throw new Error('libfaketime is not installed: apt-get install libfaketime');
  return library;
}
