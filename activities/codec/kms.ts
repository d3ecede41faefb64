import { DecryptCommand, GenerateDataKeyWithoutPlaintextCommand, KMSClient } from '@aws-sdk/client-kms';
import { Problem } from '../../workflows/problem.ts';
import { awsSettings, brief, explaining } from '../aws/settings.ts';
import { bad, type KmsEntry } from './key-file.ts';

/**
 * Has KMS make a data key under the key `kms` (an id, an alias or an ARN), which nobody sees: only what KMS has encrypted is
 * answered. Throws the Problems of aws/errors.ts, or `bad-codec-keys`.
 */
export async function makeDataKey(id: string, kms: string, region: string): Promise<KmsEntry> {
  return await withKms(region, `KMS makes no data key for ${id}`, async (client) => {
    const request = { KeyId: kms, KeySpec: 'AES_256', EncryptionContext: contextOf(id) } as const;
    const { CiphertextBlob = new Uint8Array() } = await client.send(
      new GenerateDataKeyWithoutPlaintextCommand(request),
    );
    return { kms: Buffer.from(CiphertextBlob).toString('base64'), region };
  });
}

/** The data key `id` as KMS decrypts it. Throws as makeDataKey. */
export async function decryptDataKey(id: string, { kms, region }: KmsEntry): Promise<Uint8Array> {
  return await withKms(region, `KMS does not decrypt the key ${id}`, async (client) => {
    const request = { CiphertextBlob: Buffer.from(kms, 'base64'), EncryptionContext: contextOf(id) };
    const { Plaintext = new Uint8Array() } = await client.send(new DecryptCommand(request));
    return Plaintext;
  });
}

/** A key that is put under another id is not decrypted. CloudTrail shows it. */
function contextOf(id: string): Record<string, string> {
  return { 'incidentfox:codec-key': id };
}

async function withKms<T>(region: string, failed: string, work: (client: KMSClient) => Promise<T>): Promise<T> {
  const place = { region, profile: null };
  const client = new KMSClient(awsSettings(place, brief));
  client.middlewareStack.use(explaining(place));
  try {
    return await work(client);
  } catch (error) {
    if (error instanceof Problem) throw error;
    // its message may quote what was answered
    throw bad(
      `${failed}: ${(error as Error).name}`,
      'See that its KMS key is there and enabled, and the region right.',
    );
  } finally {
    client.destroy();
  }
}
