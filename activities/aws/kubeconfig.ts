import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Cluster } from '@aws-sdk/client-eks';
import { stringify } from 'yaml';
import { projectRoot } from '../../environments/root.ts';
import { Problem } from '../../workflows/problem.ts';
import { writeWhole } from '../write-whole.ts';
import type { AwsClients } from './clients.ts';
import { findCluster } from './eks.ts';

/**
 * Writes a kubeconfig for an EKS cluster, whole or not at all, readable by its owner only. There is no secret in it: whoever
 * uses it has this project make a token that lives a quarter of an hour, of their own AWS credentials. Throws Problem
 * `not-ready` where there is no such cluster, or none that answers yet.
 */
export async function writeKubeconfig(
  clients: Pick<AwsClients, 'eks' | 'region' | 'profile'>,
  { cluster: name, file }: { cluster: string; file: string },
): Promise<{ server: string }> {
  const cluster = await findCluster(clients, name);
  const { endpoint: server, certificateAuthority } = cluster ?? {};
  if (!server || certificateAuthority?.data === undefined) {
    const state = cluster ? `is ${cluster.status} and has no address` : 'is not there';
    throw new Problem('not-ready', `EKS cluster ${name} in ${clients.region} ${state}`, 'Deploy first.');
  }
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await writeWhole(file, stringify(kubeconfig(cluster ?? {}, clients)));
  return { server };
}

function kubeconfig(
  { name = '', endpoint, certificateAuthority }: Cluster,
  { region, profile }: { region: string; profile: string | null },
): object {
  const args = ['--cluster', name, '--region', region, ...(profile === null ? [] : ['--profile', profile])];
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: endpoint, 'certificate-authority-data': certificateAuthority?.data } }],
    users: [
      {
        name,
        user: {
          exec: {
            apiVersion: 'client.authentication.k8s.io/v1',
            // this Node, and not one that a PATH may find: kubectl is started from anywhere
            command: process.execPath,
            args: [path.join(projectRoot, 'dist/bin/eks-token.js'), ...args],
            interactiveMode: 'Never',
          },
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  };
}
