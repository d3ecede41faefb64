/** An object of the simulated provider, with the arguments that Terraform gave it. */
type Held = Record<string, unknown>;

/** What EKS tells of a cluster's node groups and add-ons, by the simulated provider's objects; undefined where another is asked. */
export function eksObjects(path: string, objects: (type: string) => Held[]): object | undefined {
  const [, cluster, kind, name] =
    /^\/clusters\/([^/?]+)\/(addons|node-groups)(?:\/([^/?]+))?(?:\?.*)?$/.exec(path) ?? [];
  const isOurs = (each: Held): boolean => each['cluster_name'] === cluster;
  if (kind === 'addons') {
    const all = objects('aws_eks_addon').filter(isOurs);
    if (name === undefined) return { addons: all.map((each) => each['addon_name']) };
    const found = all.find((each) => each['addon_name'] === name);
    return found && { addon: addonOf(found) };
  }
  if (kind !== 'node-groups') return undefined;
  const all = objects('aws_eks_node_group').filter(isOurs);
  if (name === undefined) return { nodegroups: all.map((each) => each['node_group_name']) };
  const found = all.find((each) => each['node_group_name'] === name);
  return found && { nodegroup: nodegroupOf(found) };
}

function addonOf({ addon_name: addonName, addon_version: addonVersion }: Held): object {
  return { addonName, addonVersion, status: 'ACTIVE' };
}

function nodegroupOf(group: Held): object {
  const [scaling] = group['scaling_config'] as Record<`${'desired' | 'min' | 'max'}_size`, number>[];
  return {
    nodegroupName: group['node_group_name'],
    instanceTypes: group['instance_types'],
    capacityType: group['capacity_type'],
    status: 'ACTIVE',
    scalingConfig: { desiredSize: scaling?.desired_size, minSize: scaling?.min_size, maxSize: scaling?.max_size },
  };
}
