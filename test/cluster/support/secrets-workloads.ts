export const databaseName = 'astronomy-db';

const postgres = 'postgres-credentials';
const variable = (name: string, key: string) => ({ name, valueFrom: { secretKeyRef: { name: postgres, key } } });

/** A workload for each way in which a pod takes a secret, the database's service, and one that takes none. */
export function workloads(): object {
  const items = [
    workload('Deployment', databaseName, 'postgres', { env: [variable('PASSWORD', 'password')] }),
    workload('Deployment', 'accounting', 'postgres', { env: [variable('DB_USER', 'username')] }),
    workload('StatefulSet', 'product-catalog', 'postgres', { envFrom: [{ secretRef: { name: postgres } }] }),
    workload('DaemonSet', 'collector', 'postgres', {}, [
      { name: 'own', projected: { sources: [{ secret: { name: postgres } }] } },
    ]),
    workload('Deployment', 'grafana', 'grafana', {}, [{ name: 'own', secret: { secretName: 'grafana-credentials' } }]),
    workload('Deployment', 'frontend', 'none', {}),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: databaseName },
      spec: { selector: { app: databaseName }, ports: [{ port: 5432 }] },
    },
  ];
  return { apiVersion: 'v1', kind: 'List', items };
}

function workload(kind: string, name: string, takes: string, container: object, volumes: object[] = []): object {
  const own = { name: 'own', image: `example.invalid/${name}:1`, ports: [{ containerPort: 5432 }], ...container };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name },
    spec: {
      selector: { matchLabels: { app: name } },
      ...(kind === 'StatefulSet' ? { serviceName: name } : {}),
      template: { metadata: { labels: { app: name, takes } }, spec: { containers: [own], volumes } },
    },
  };
}
