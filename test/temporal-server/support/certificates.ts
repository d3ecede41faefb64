import { mkdtemp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { run } from '../../../activities/command.ts';

/** Where a certificate and its key are. */
export interface Certificate {
  cert: string;
  key: string;
}

/** An authority whose certificates hold for the tests' day: OpenSSL makes them in `directory`. */
export class Authority {
  readonly own: Certificate;
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
    this.own = { cert: path.join(directory, 'ca.pem'), key: path.join(directory, 'ca.key') };
  }

  static async make(parent: string, name: string): Promise<Authority> {
    const authority = new Authority(await mkdtemp(path.join(parent, `${name}-`)));
    const { cert, key } = authority.own;
    await openssl('req', '-x509', ...newKey, '-keyout', key, '-out', cert, '-days', '1', '-subj', `/CN=${name}`);
    return authority;
  }

  /** `names`: what it holds for, such as `IP:127.0.0.1`. `days`: negative for one that is over. */
  async certify(name: string, names: string[] = [], days = 1): Promise<Certificate> {
    const at = (extension: string): string => path.join(this.#directory, `${name}.${extension}`);
    const [cert, key, request, extensions] = [at('pem'), at('key'), at('csr'), at('ext')];
    await openssl('req', ...newKey, '-keyout', key, '-out', request, '-subj', `/CN=${name}`);
    // without any extension it would be of version 1, which the SDK's core refuses
    const lines = ['basicConstraints=CA:FALSE', ...(names.length > 0 ? [`subjectAltName=${names.join(',')}`] : [])];
    await writeFile(extensions, lines.join('\n'));
    const signer = ['-CA', this.own.cert, '-CAkey', this.own.key, '-CAcreateserial'];
    await openssl(
      'x509',
      '-req',
      '-in',
      request,
      ...signer,
      '-out',
      cert,
      '-days',
      String(days),
      '-extfile',
      extensions,
    );
    return { cert, key };
  }
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

async function openssl(...args: string[]): Promise<void> {
  await run('openssl', args);
}
