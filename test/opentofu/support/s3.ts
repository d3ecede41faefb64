import assert from 'node:assert/strict';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Cleanup } from '../../support/flags.ts';
import { Moto } from '../../support/aws/moto.ts';

const bucket = 'states';
/** moto asks nobody for a signature, but answers nothing to the nameless. */
const headers = { authorization: 'AWS4-HMAC-SHA256 Credential=testing/20260101/us-east-1/s3/aws4_request' };
const expired = '<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>';

/** The blocks of a configuration whose state is in that bucket; what is checked of a real account is not there. */
export const s3Backend = `
terraform {
  backend "s3" {
    encrypt                     = true
    use_lockfile                = true
    use_path_style              = true
    skip_credentials_validation = true
    skip_requesting_account_id  = true
    skip_metadata_api_check     = true
  }
}
`;

/** S3 as moto plays it, behind a door at which credentials can expire. */
export class S3 {
  isExpired = false;
  readonly #moto: number;
  readonly #door: Server;

  private constructor(moto: number) {
    this.#moto = moto;
    this.#door = createServer((incoming, outgoing) => {
      if (this.isExpired) return void incoming.resume().on('end', () => outgoing.writeHead(400).end(expired));
      const { method, url } = incoming;
      const passed = request({ port: moto, method, path: url, headers: incoming.headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      });
      incoming.pipe(passed);
    });
  }

  static async up(cleanup: Cleanup): Promise<S3> {
    const s3 = new S3(Number(new URL((await Moto.up(cleanup)).endpoint).port));
    await s3.write('', '');
    await new Promise<void>((resolve) => s3.#door.listen(0, '127.0.0.1', resolve));
    cleanup(async () => void s3.#door.close());
    return s3;
  }

  /** Options of a Terraform whose state is there. */
  options(key: string) {
    const { port } = this.#door.address() as AddressInfo;
    const env = {
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: 'testing',
      AWS_SECRET_ACCESS_KEY: 'testing',
    };
    return { env, state: { backend: 's3', bucket, key, region: 'us-west-2' } as const };
  }

  /** Undefined where there is none. */
  async read(key: string): Promise<string | undefined> {
    const response = await fetch(this.#url(key), { headers });
    return response.ok ? await response.text() : undefined;
  }

  /** Of the empty key: makes the bucket. */
  async write(key: string, body: string): Promise<void> {
    const { status } = await fetch(this.#url(key), { method: 'PUT', body, headers });
    assert.equal(status, 200);
  }

  async remove(key: string): Promise<void> {
    await fetch(this.#url(key), { method: 'DELETE', headers });
  }

  #url(key: string): string {
    return `http://127.0.0.1:${this.#moto}/${bucket}/${key}`;
  }
}
