/** A resource as it will be once a plan is applied, as far as that is known before. */
export interface PlannedResource {
  address: string;
  type: string;
  /** what is done to it: `create`, `update`, `delete`; empty for nothing */
  actions: string[];
  values: Record<string, unknown>;
}

interface Module {
  resources?: { address: string; type: string; mode: string; values?: Record<string, unknown> }[];
  child_modules?: Module[];
}

interface ShownPlan {
  planned_values?: { root_module?: Module };
  resource_changes?: { address: string; change: { actions: string[] } }[];
}

/** The managed resources in what `show -json` says of a saved plan; those that go are not among them. */
export function resourcesIn(shown: unknown): PlannedResource[] {
  const { planned_values: planned, resource_changes: changes = [] } = shown as ShownPlan;
  const actionsOf = new Map(changes.map(({ address, change }) => [address, change.actions]));
  return flattened(planned?.root_module ?? {})
    .filter(({ mode }) => mode === 'managed')
    .map(({ address, type, values = {} }) => {
      const actions = (actionsOf.get(address) ?? []).filter((action) => action !== 'no-op');
      return { address, type, actions, values };
    });
}

function flattened({ resources = [], child_modules: children = [] }: Module): NonNullable<Module['resources']> {
  return [...resources, ...children.flatMap(flattened)];
}
