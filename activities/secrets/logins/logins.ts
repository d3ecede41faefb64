import { Problem } from '../../../workflows/problem.ts';
import { logInOverHttp } from './http.ts';
import { answered, type Credentials, type Verdict } from './login.ts';
import { changePostgresPassword, logInToPostgres } from './postgres.ts';

/** How long a database may take to answer again (ms). */
const patience = 2 * 60_000;

/** Reaches a service of the cluster; answers its address from here. */
type Reach = (url: string) => Promise<string>;
/** Who logs in with a version of a secret, and by what. */
type Read = (key: string, version: string) => Promise<Credentials>;

/** Places where a secret's password can be tried, by the secret's key. `postgresql:` ones can also be told another. */
export class Logins {
  readonly #places: Record<string, string>;
  readonly #reach: Reach;
  readonly #read: Read;

  constructor(places: Record<string, string>, reach: Reach, read: Read) {
    this.#places = places;
    this.#reach = reach;
    this.#read = read;
  }

  /** Logs in; answers where, null where no place is known. Throws Problem `login-failed`. */
  async prove(key: string, version: string, signal: AbortSignal): Promise<string | null> {
    const place = this.#places[key];
    if (place === undefined) return null;
    if ((await this.#try(place, await this.#read(key, version), signal)) === 'good') return place;
    const found = `${place} refuses the password of ${key}, version ${version}`;
    throw new Problem('login-failed', found, 'Somebody else has changed it there, or it was never told.');
  }

  /**
   * Has a database take the password of `to`, which may have that of `from`, or of `to` already; false where no place is known that
   * could be told. Throws Problem `login-failed`.
   */
  async change(key: string, from: string, to: string, signal: AbortSignal): Promise<boolean> {
    const place = this.#places[key];
    if (place === undefined || !isPostgres(place)) return false;
    const [old, wanted] = [await this.#read(key, from), await this.#read(key, to)];
    const tell = async (): Promise<Verdict> => {
      const url = await this.#reach(place);
      // each time: one whose answer was lost may have been told all the same
      const known = await logInToPostgres(url, wanted);
      return known === 'refused' ? await changePostgresPassword(url, old, wanted.password) : known;
    };
    if ((await answered(place, tell, patience, signal)) === 'good') return true;
    throw new Problem(
      'login-failed',
      `${place} takes neither the password of ${key} before nor the one after`,
      'Somebody else has changed it there. Set it to that of the current version by hand.',
    );
  }

  #try(place: string, credentials: Credentials, signal: AbortSignal): Promise<'good' | 'refused'> {
    const ask = async (): Promise<Verdict> => {
      const url = await this.#reach(place);
      return isPostgres(place) ? await logInToPostgres(url, credentials) : await logInOverHttp(url, credentials);
    };
    return answered(place, ask, patience, signal);
  }
}

function isPostgres(place: string): boolean {
  return place.startsWith('postgresql:');
}
