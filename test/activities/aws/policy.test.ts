import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../../environments/root.ts';

/** As policies name the services of the SDK's packages. */
const services: Record<string, string> = {
  'cloudwatch-logs': 'logs',
  ec2: 'ec2',
  eks: 'eks',
  'elastic-load-balancing': 'elasticloadbalancing',
  'elastic-load-balancing-v2': 'elasticloadbalancing',
  iam: 'iam',
  kms: 'kms',
  'secrets-manager': 'secretsmanager',
  'service-quotas': 'servicequotas',
};

/** A managed policy holds so many characters, blanks not counted. */
const mostCharacters = 6144;

interface Statement {
  Action: string | string[];
}

const policies = readdirSync(path.join(projectRoot, 'docs/aws-iam')).map((file) => ({
  file,
  text: readFileSync(path.join(projectRoot, 'docs/aws-iam', file), 'utf8'),
}));
const allowed = new Set(
  policies.flatMap(({ text }) =>
    (JSON.parse(text) as { Statement: Statement[] }).Statement.flatMap((each) => each.Action),
  ),
);

describe('the policy in docs/aws.md', () => {
  it.each(policies)('$file fits into a managed policy', ({ text }) => {
    expect(text.replaceAll(/\s/g, '').length).toBeLessThanOrEqual(mostCharacters);
  });

  it('allows whatever the lab calls by the SDK', () => {
    const called = callsIn(path.join(projectRoot, 'activities/aws'));
    expect(called).toEqual(expect.arrayContaining(['ec2:DeleteVolume', 'eks:DescribeCluster', 'kms:ListKeys']));
    expect(called.filter((action) => !allowed.has(action))).toEqual([]);
  });

  it('holds no wildcard among its actions', () => {
    expect([...allowed].filter((action) => action.includes('*'))).toEqual([]);
  });
});

/** By the commands and paginators that are imported; what STS is asked needs no right. */
function callsIn(directory: string): string[] {
  const sources = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const calls = sources.flatMap((file) => {
    const text = readFileSync(path.join(directory, file), 'utf8');
    return [...text.matchAll(/import (?:type )?\{([^}]+)\} from '@aws-sdk\/client-([\w-]+)'/g)].flatMap(
      ([, names = '', client = '']) =>
        [...names.replaceAll(/ as \w+/g, '').matchAll(/\b(?:paginate(\w+)|(\w+)Command)\b/g)].map(
          ([, paged, single]) => `${services[client] ?? client}:${paged ?? single}`,
        ),
    );
  });
  return [...new Set(calls)].filter((action) => action !== 'sts:GetCallerIdentity');
}
