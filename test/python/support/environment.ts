import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import { type AwsEnvironment, loadEnvironment } from '../../../environments/load.ts';

/** Writes the shipped environment with a cluster of another name, and answers its path. */
export function environmentFile(directory: string, cluster: string): string {
  const { cluster: place, ...known } = loadEnvironment('aws') as AwsEnvironment;
  const { kubeconfig: _own, ...written } = place;
  const file = path.join(directory, 'aws.yaml');
  writeFileSync(file, stringify({ ...known, cluster: written, aws: { ...known.aws, cluster } }));
  return file;
}
