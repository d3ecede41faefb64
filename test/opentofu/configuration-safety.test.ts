import { beforeAll, describe, expect, it } from 'vitest';
import { fileCleanup } from '../support/cleanups.ts';
import { Copy, variables } from './support/configuration.ts';
import { isSimulated, tofuPath } from '../support/terraform/tofu.ts';

const cleanup = fileCleanup();

interface Resource {
  address: string;
  mode: 'managed' | 'data';
  type: string;
  values: Record<string, unknown>;
}

interface Module {
  resources?: Resource[];
  child_modules?: Module[];
}

interface Statement {
  Effect: string;
  Action: string | string[];
  Resource?: string | string[];
  Principal?: Record<string, string>;
  Condition?: Record<string, Record<string, string | string[]>>;
}

const lab = { Project: 'incidentfox', ManagedBy: 'terraform', Environment: 'lab' };

/** These have no tags in AWS. */
const untagged = new Set(['aws_ec2_tag', 'aws_kms_alias', 'aws_kms_key_policy', 'aws_route']);

describe.skipIf(!isSimulated)('what is made', () => {
  let resources: Resource[];

  beforeAll(async () => {
    const copy = await Copy.make(await tofuPath(), cleanup);
    await copy.init();
    await copy.made();
    const state = JSON.parse(await copy.succeed(['show', '-json'])) as { values: { root_module: Module } };
    resources = all(state.values.root_module).filter(({ mode }) => mode === 'managed');
  });

  const of = (type: string): Resource[] => resources.filter((each) => each.type === type);
  const texts = (type: string, name: string): string[] => of(type).map(({ values }) => String(values[name]));
  const policies = (type: string, name: string): Statement[] =>
    texts(type, name).flatMap((text) => (JSON.parse(text) as { Statement: Statement[] }).Statement);

  it('carries the lab’s tags', () => {
    const bare = resources.filter(({ values }) => values['tags_all'] === undefined).map(({ type }) => type);
    expect(
      bare.filter((type) => !untagged.has(type) && !/_(attachment|association|version|policy)$/.test(type)),
    ).toEqual([]);
    const tagged = resources.filter(({ values }) => values['tags_all'] !== undefined);
    expect(tagged.length).toBeGreaterThan(25);
    expect(tagged.map(({ address, values }) => [address, values['tags_all']])).toEqual(
      tagged.map(({ address }) => [address, expect.objectContaining(lab)]),
    );
  });

  it('trusts, of service accounts, exactly one a role, and otherwise only AWS’s own services', () => {
    const trusts = policies('aws_iam_role', 'assume_role_policy');
    const accounts = trusts.filter(({ Action }) => Action === 'sts:AssumeRoleWithWebIdentity');
    expect(accounts.map(subjectOf).toSorted()).toEqual([
      'system:serviceaccount:kube-system:aws-load-balancer-controller',
      'system:serviceaccount:kube-system:ebs-csi-controller-sa',
      'system:serviceaccount:otel-demo:external-secrets',
    ]);
    const services = trusts.filter((trust) => !accounts.includes(trust)).map(({ Principal }) => Principal);
    expect(services).toEqual(
      expect.arrayContaining([{ Service: 'eks.amazonaws.com' }, { Service: 'ec2.amazonaws.com' }]),
    );
    expect(trusts).toHaveLength(accounts.length + 2);
    expect(JSON.stringify(trusts)).not.toContain('*');
  });

  it('allows no action by a wildcard, and reads no secrets but the lab’s', () => {
    const allowed = policies('aws_iam_role_policy', 'policy');
    const actions = allowed.flatMap(({ Action }) => Action);
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
    const reading = allowed.filter(({ Action }) => [Action].flat().includes('secretsmanager:GetSecretValue'));
    expect(reading.map(({ Resource }) => [Resource].flat().toSorted())).toEqual([
      texts('aws_secretsmanager_secret', 'arn').toSorted(),
    ]);
  });

  it('is open to nobody but the named addresses', () => {
    expect(of('aws_eks_cluster')[0]?.values['vpc_config']).toMatchObject([variables]);
    expect(resources.filter(({ type }) => /security_group(_ingress)?_rule$|^aws_security_group$/.test(type))).toEqual(
      [],
    );
    expect(texts('aws_default_security_group', 'ingress')).toEqual(['']);
    expect(texts('aws_subnet', 'map_public_ip_on_launch')).toEqual(['false', 'false', 'false', 'false']);
  });
});

function all({ resources = [], child_modules = [] }: Module): Resource[] {
  return [...resources, ...child_modules.flatMap(all)];
}

/** The one subject of a trust; anything that is not bound by exactly one `sub` and AWS as `aud` is answered whole. */
function subjectOf({ Condition = {}, ...trust }: Statement): string {
  const bound = Object.entries(Condition['StringEquals'] ?? {}).map(([name, value]) => [
    name.replace(/.*:/, ''),
    value,
  ]);
  const { sub, aud, ...others } = Object.fromEntries(bound) as Record<string, string>;
  const isExact =
    aud === 'sts.amazonaws.com' && Object.keys(others).length === 0 && Object.keys(Condition).length === 1;
  return isExact && typeof sub === 'string' ? sub : JSON.stringify({ Condition, ...trust });
}
