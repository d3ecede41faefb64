/** A lab, as the tags of what belongs to it have it. */
export interface LabNames {
  /** tag `Environment` */
  lab: string;
  /** name of its EKS cluster */
  cluster: string;
}

export type Tags = Record<string, string>;

/** Of all that Terraform makes for a lab; with tag `Environment`, which names the lab. */
const project = 'incidentfox';

const ownership = 'kubernetes.io/cluster/';

/** The tags that say in their value which cluster made something: the load balancer controller's, kubelet's, the network plugin's, EKS's. */
const clusterKeys = [
  'elbv2.k8s.aws/cluster',
  'KubernetesCluster',
  'cluster.k8s.amazonaws.com/name',
  'eks:cluster-name',
  'aws:eks:cluster-name',
];

/** Whether something belongs to this lab. What says that it is another lab's is that one's, whatever else it says. */
export function belongsTo(tags: Tags, names: LabNames): boolean {
  const owner = tags['Project'] === project ? tags['Environment'] : undefined;
  return owner === undefined ? isOfCluster(tags, names.cluster) : owner === names.lab;
}

/** Whether the cluster made something, or something was made for it. One that is merely shared with it does not count. */
export function isOfCluster(tags: Tags, cluster: string): boolean {
  return tags[ownedBy(cluster)] === 'owned' || clusterKeys.some((key) => tags[key] === cluster);
}

/** Whether the lab's cluster made something: it belongs to the lab, and names no other cluster. */
export function isMadeBy(tags: Tags, names: LabNames): boolean {
  const isOthers = (key: string, value: string): boolean =>
    clusterKeys.includes(key) ? value !== names.cluster : key.startsWith(ownership) && key !== ownedBy(names.cluster);
  return belongsTo(tags, names) && !Object.entries(tags).some(([key, value]) => isOthers(key, value));
}

function ownedBy(cluster: string): string {
  return `${ownership}${cluster}`;
}

/** Tags as most services write them. */
export function tagsOf(list: readonly { Key?: string; Value?: string }[] = []): Tags {
  return Object.fromEntries(list.map(({ Key = '', Value = '' }) => [Key, Value]));
}
