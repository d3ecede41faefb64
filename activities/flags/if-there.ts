import { Problem } from '../../workflows/problem.ts';

/** What was read of the flags; undefined where there are none, as before a deploy and after a teardown. */
export async function ifThere<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof Problem && error.code === 'flags-missing') return undefined;
    throw error;
  }
}
