import type { Prices } from './prices.ts';

/** What AWS reckons a month at. */
const hoursPerMonth = 730;

export interface NodeGroupSize {
  type: string;
  capacity: 'ON_DEMAND' | 'SPOT';
  count: number;
  diskGb: number;
}

/** What of a lab costs something. Each NAT gateway has a public address of its own, which is counted with it. */
export interface Sizes {
  nodeGroups: NodeGroupSize[];
  natGateways: number;
  /** those beside the NAT gateways', such as a load balancer's */
  publicAddresses: number;
  loadBalancers: number;
  /** GB of the volumes that claims ask for */
  volumesGb: number;
  kmsKeys: number;
  secrets: number;
}

export interface CostLine {
  what: string;
  /** null: the table has no price for it */
  hourly: number | null;
  monthly: number | null;
}

/** In `currency`; data transfer, logs and requests come on top, and depend on use. */
export interface Cost {
  currency: string;
  /** of the prices, and where they hold and are from */
  date: string;
  region: string;
  source: string;
  /** sum of the lines whose price is known */
  hourly: number;
  monthly: number;
  lines: CostLine[];
  /** the instance types that have no price */
  unknown: string[];
}

/** What a lab of such sizes costs an hour and a month, line by line; lines that come to nothing are left out. */
export function costOf(sizes: Sizes, { hourly, monthly, ...prices }: Prices): Cost {
  const { nodeGroups, natGateways, publicAddresses, loadBalancers, volumesGb, kmsKeys, secrets } = sizes;
  const disksGb = sum(nodeGroups.map(({ count, diskGb }) => count * diskGb)) + volumesGb;
  const addresses = natGateways + publicAddresses;
  const lines: CostLine[] = [
    line('control plane', hourly.eks_cluster),
    ...nodeGroups.filter(({ count }) => count > 0).map((group) => nodesLine(group, hourly.instances)),
    line(`${natGateways} NAT gateways`, natGateways * hourly.nat_gateway),
    line(`${addresses} public IPv4 addresses`, addresses * hourly.public_ipv4),
    line(`${loadBalancers} load balancers`, loadBalancers * hourly.load_balancer),
    line(`${disksGb} GB of disks`, (disksGb * monthly.ebs_gp3_gb) / hoursPerMonth),
    line(`${kmsKeys} KMS keys`, (kmsKeys * monthly.kms_key) / hoursPerMonth),
    line(`${secrets} secrets`, (secrets * monthly.secret) / hoursPerMonth),
  ].filter((each) => each.hourly !== 0);
  const total = sum(lines.map((each) => each.hourly ?? 0));
  const unknown = nodeGroups.map(({ type }) => type).filter((type) => !Object.hasOwn(hourly.instances, type));
  const { currency, date, region, source } = prices;
  return {
    currency,
    date,
    region,
    source,
    hourly: total,
    monthly: total * hoursPerMonth,
    lines,
    unknown: [...new Set(unknown)],
  };
}

/** What was spent at that rate from `since` (ISO 8601) until now. */
export function costSoFar(hourly: number, since: string, now = Date.now()): number {
  return hourly * (Math.max(0, now - Date.parse(since)) / 3_600_000);
}

function nodesLine({ type, capacity, count }: NodeGroupSize, instances: Prices['hourly']['instances']): CostLine {
  const what = `${count} × ${type}, ${capacity === 'SPOT' ? 'spot' : 'on demand'}`;
  const known = Object.hasOwn(instances, type) ? instances[type] : undefined;
  if (!known) return { what, hourly: null, monthly: null };
  return line(what, count * (capacity === 'SPOT' ? known.spot : known.on_demand));
}

function line(what: string, hourly: number): CostLine {
  return { what, hourly, monthly: hourly * hoursPerMonth };
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
