import { AuthorizationV1Api } from '@kubernetes/client-node';
import { mapParallel } from '../../parallel.ts';
import type { Cluster } from '../cluster.ts';
import type { Rendered } from '../helm.ts';

export interface Right {
  verb: string;
  group: string;
  resource: string;
  /** null for what belongs to no namespace */
  namespace: string | null;
}

const width = 8;

/** Several verbs on one resource, `pods` or `pods/portforward`. */
export function rights(group: string, resource: string, verbs: string[], namespace: string | null): Right[] {
  return verbs.map((verb) => ({ verb, group, resource, namespace }));
}

/** What helm needs for a chart's objects, and the lab for its own work. `inside`: in a pod of that namespace. */
export function rightsFor(rendered: readonly Rendered[], namespace: string, inside = false): Right[] {
  const kinds = new Map(rendered.map(({ apiVersion, kind }) => [`${apiVersion} ${kind}`, { apiVersion, kind }]));
  const objects = [...kinds.values()].flatMap(({ apiVersion, kind }) => {
    const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
    const place = kind.startsWith('Cluster') || unplaced.has(kind) ? null : namespace;
    return rights(group, pluralOf(kind), ['create', 'patch', 'delete'], place);
  });
  return [
    ...objects,
    ...rights('', 'namespaces', inside ? ['get'] : ['get', 'create'], null),
    ...rights('', 'nodes', ['list'], null),
    ...rights('', 'pods', ['list'], null),
    ...rights('', 'pods', ['delete'], namespace),
    ...rights('', 'secrets', ['get', 'list', 'create', 'update', 'delete'], namespace),
    ...rights('', 'configmaps', ['get', 'update'], namespace),
    ...rights('', 'events', ['list'], namespace),
    // services are reached by name there; the upgrade is a GET, and Kubernetes 1.35 asks for create, too
    ...(inside ? [] : rights('', 'pods/portforward', ['get', 'create'], namespace)),
    ...rights('coordination.k8s.io', 'leases', ['get', 'create', 'update'], namespace),
  ];
}

/** What bringing secrets into step and restarting what takes them needs beside that. */
export function rightsForSecrets(namespace: string): Right[] {
  return [
    ...rights(
      'external-secrets.io',
      'externalsecrets',
      ['get', 'list', 'watch', 'create', 'patch', 'delete'],
      namespace,
    ),
    ...rights('external-secrets.io', 'secretstores', ['list', 'watch', 'create', 'patch', 'delete'], namespace),
    ...rights('', 'serviceaccounts', ['create', 'patch', 'delete'], namespace),
    ...rights('', 'secrets', ['watch'], namespace),
    ...rights('', 'pods', ['watch'], namespace),
    ...['deployments', 'statefulsets', 'daemonsets'].flatMap((kind) =>
      rights('apps', kind, ['get', 'list', 'watch', 'patch'], namespace),
    ),
  ];
}

/** What installing the External Secrets Operator needs beside that. Who makes a Role must also have the rights that it gives. */
export function rightsForOperator(namespace: string): Right[] {
  const change = ['create', 'patch', 'delete'];
  return [
    ...rights('apiextensions.k8s.io', 'customresourcedefinitions', ['get', 'list', 'watch', ...change], null),
    ...rights('rbac.authorization.k8s.io', 'roles', change, namespace),
    ...rights('rbac.authorization.k8s.io', 'rolebindings', change, namespace),
    ...rights('apps', 'deployments', change, namespace),
  ];
}

/** Those that the API server would refuse, as `create deployments.apps`. */
export async function missingRights(cluster: Cluster, wanted: readonly Right[]): Promise<string[]> {
  const denied = await mapParallel(wanted, width, async ({ verb, group, resource: asked, namespace }) => {
    const [resource, subresource] = asked.split('/');
    const resourceAttributes = {
      verb,
      group,
      ...(resource === undefined ? {} : { resource }),
      ...(subresource === undefined ? {} : { subresource }),
      ...(namespace === null ? {} : { namespace }),
    };
    const body = { spec: { resourceAttributes } };
    const { status } = await cluster.use(AuthorizationV1Api, (api) => api.createSelfSubjectAccessReview({ body }));
    return status?.allowed === true ? undefined : `${verb} ${asked}${group === '' ? '' : `.${group}`}`;
  });
  return [...new Set(denied.filter((right) => right !== undefined))];
}

const unplaced = new Set([
  'APIService',
  'CSIDriver',
  'CustomResourceDefinition',
  'IngressClass',
  'MutatingWebhookConfiguration',
  'Namespace',
  'PersistentVolume',
  'PriorityClass',
  'StorageClass',
  'ValidatingWebhookConfiguration',
]);

/** By the rule that Kubernetes' own kinds follow. */
function pluralOf(kind: string): string {
  const name = kind.toLowerCase();
  if (/(s|x|ch)$/.test(name)) return `${name}es`;
  return name.endsWith('y') && !/[aeiou]y$/.test(name) ? `${name.slice(0, -1)}ies` : `${name}s`;
}
