import type { ProblemCode } from '../../../workflows/problem.ts';

const response = 'https response error StatusCode';

/** What the tools and the AWS provider have said: in their sources, in issues, and here. */
export const said: [ProblemCode, string][] = [
  // hashicorp/terraform-provider-aws#32809, and as SDK v2 writes it
  [
    'aws-credentials',
    'waiting for EKS Cluster (lab) create: ExpiredTokenException: The security token included in the request is expired\n\tstatus code: 403, request id: a16bb54f',
  ],
  [
    'aws-credentials',
    `validating provider credentials: retrieving caller identity from STS: operation error STS: GetCallerIdentity, ${response}: 403, RequestID: 6d1b2715, api error ExpiredToken: The security token included in the request is expired`,
  ],
  [
    'aws-credentials',
    `reading EC2 VPC (vpc-1): operation error EC2: DescribeVpcs, ${response}: 400, RequestID: 1, api error RequestExpired: Request has expired.`,
  ],
  [
    'aws-credentials',
    `failed to upload state: operation error S3: PutObject, ${response}: 400, RequestID: 4, HostID: R, api error ExpiredToken: The provided token has expired.`,
  ],
  [
    'aws-credentials',
    `operation error STS: GetCallerIdentity, ${response}: 403, api error InvalidClientTokenId: The security token included in the request is invalid.`,
  ],
  [
    'aws-credentials',
    'No valid credential sources found\nPlease see https://registry.terraform.io/providers/hashicorp/aws\n\nError: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, exceeded maximum number of attempts, 3, request send failed',
  ],
  [
    'aws-credentials',
    'failed to refresh cached credentials, the SSO session has expired or is invalid: open /home/x/.aws/sso/cache/16ff.json: no such file or directory',
  ],
  [
    'aws-credentials',
    `operation error EC2: DescribeAvailabilityZones, ${response}: 401, api error AuthFailure: AWS was not able to validate the provided access credentials`,
  ],
  [
    'aws-credentials',
    `Error acquiring the state lock\nError message: operation error S3: PutObject, ${response}: 400, api error ExpiredToken: The provided token has expired.`,
  ],
  [
    'aws-denied',
    `creating EKS Cluster (lab): operation error EKS: CreateCluster, ${response}: 403, RequestID: 2, AccessDeniedException: User: arn:aws:iam::123456789012:user/x is not authorized to perform: eks:CreateCluster on resource: arn:aws:eks:us-west-2:123456789012:cluster/lab`,
  ],
  [
    'aws-denied',
    `reading EC2 Availability Zones: operation error EC2: DescribeAvailabilityZones, ${response}: 403, api error UnauthorizedOperation: You are not authorized to perform this operation.`,
  ],
  [
    'aws-denied',
    'creating IAM Role (lab): AccessDenied: User: arn:aws:iam::123456789012:user/x is not authorized to perform: iam:CreateRole with an explicit deny in a service control policy',
  ],
  [
    'aws-denied',
    `Error acquiring the state lock\nError message: operation error S3: PutObject, ${response}: 403, api error AccessDenied: Access Denied`,
  ],
  [
    'aws-denied',
    `Failed to get existing workspaces: Unable to list objects in S3 bucket "states": operation error S3: ListObjectsV2, ${response}: 403, api error Forbidden: Forbidden`,
  ],
  [
    'quota-exceeded',
    `creating EC2 EIP: operation error EC2: AllocateAddress, ${response}: 400, api error AddressLimitExceeded: The maximum number of addresses has been reached.`,
  ],
  [
    'quota-exceeded',
    `creating EC2 VPC: operation error EC2: CreateVpc, ${response}: 400, api error VpcLimitExceeded: The maximum number of VPCs has been reached.`,
  ],
  [
    'quota-exceeded',
    `creating EC2 NAT Gateway: operation error EC2: CreateNatGateway, ${response}: 400, api error NatGatewayLimitExceeded: The maximum number of NAT Gateways has been reached.`,
  ],
  [
    'quota-exceeded',
    `creating EKS Cluster (lab): operation error EKS: CreateCluster, ${response}: 400, ResourceLimitExceededException: Cluster limit exceeded for account`,
  ],
  [
    'quota-exceeded',
    `creating IAM Role (lab): operation error IAM: CreateRole, ${response}: 409, LimitExceeded: Cannot exceed quota for RolesPerAccount: 1000`,
  ],
  [
    'quota-exceeded',
    "waiting for EKS Node Group (lab:app) create: unexpected state 'CREATE_FAILED', wanted target 'ACTIVE'. last error: AsgInstanceLaunchFailures: Could not launch On-Demand Instances. VcpuLimitExceeded - You have requested more vCPU capacity than your current vCPU limit of 32 allows for the instance bucket",
  ],
  [
    'quota-exceeded',
    `creating Secrets Manager Secret: operation error: CreateSecret, ${response}: 400, ServiceQuotaExceededException: x`,
  ],
  [
    'aws-unreachable',
    `reading EC2 Subnet: operation error EC2: DescribeSubnets, exceeded maximum number of attempts, 25, ${response}: 503, api error RequestLimitExceeded: Request limit exceeded.`,
  ],
  [
    'aws-unreachable',
    'reading ConfigService: operation error Config Service: DescribeOrganizationConfigRules, failed to get rate limit token, retry quota exceeded, 3 available, 5 requested',
  ],
  ['aws-unreachable', `operation error IAM: GetRole, ${response}: 400, api error Throttling: Rate exceeded`],
  ['aws-unreachable', 'operation error EKS: DescribeCluster, ThrottlingException: Too Many Requests'],
  [
    'aws-unreachable',
    'operation error STS: GetCallerIdentity, request send failed, Post "https://sts.us-west-2.amazonaws.com/": dial tcp: lookup sts.us-west-2.amazonaws.com on 127.0.0.11:53: no such host',
  ],
  [
    'aws-unreachable',
    'Failed to query available provider packages\nCould not retrieve the list of available versions for provider hashicorp/aws: could not connect to registry.terraform.io: failed to request discovery document: Get "https://registry.terraform.io/.well-known/terraform.json": context deadline exceeded',
  ],
  [
    'aws-unreachable',
    'reading IAM Role: Post "https://iam.amazonaws.com/": read tcp 10.0.0.5:52142->52.94.1.1:443: read: connection reset by peer',
  ],
  [
    'aws-unreachable',
    `operation error EC2: CreateVpc, exceeded maximum number of attempts, 25, ${response}: 500, api error InternalError: An internal error has occurred`,
  ],
  [
    'terraform-locked',
    `Error acquiring the state lock\nError message: operation error S3: PutObject, ${response}: 412, api error PreconditionFailed: At least one of the pre-conditions you specified did not hold\nLock Info:\n  ID:        5bb7\n  Path:      states/lab.tfstate\n  Operation: OperationTypeApply\n  Who:       ann@laptop\n  Version:   1.11.4\n  Created:   2026-02-03 04:05:06.789012 +0000 UTC\n  Info:      \n`,
  ],
  [
    'terraform-locked',
    `Error acquiring the state lock\nError message: operation error S3: PutObject, ${response}: 412, api error PreconditionFailed: x\nunable to retrieve file from S3 bucket 'states' with key 'lab.tfstate.tflock': NoSuchKey`,
  ],
  [
    'plan-refused',
    'Saved plan is stale\nThe given plan file can no longer be applied because the state was changed by another operation after the plan was created.',
  ],
  [
    'plan-refused',
    'Saved plan does not match the given state\nThe given plan file can not be applied because it was created from a different state lineage.',
  ],
  [
    'plan-refused',
    'Inconsistent dependency lock file\nThe given plan file was created with a different set of external dependency selections than the current configuration.',
  ],
  [
    'state-broken',
    'Error acquiring the state lock\nError message: 2 problems:\n\n- Unsupported state file format: The state file could not be parsed as JSON: syntax error at byte offset 4.',
  ],
  [
    'state-broken',
    'Failed to load state\nError refreshing state: state data in S3 does not have the expected content.',
  ],
  ['terraform-failed', 'Unsupported argument\nAn argument named "inptu" is not expected here.'],
  [
    'terraform-failed',
    'Reference to undeclared resource\nA managed resource "aws_vpc" "main" has not been declared in the root module.',
  ],
  [
    'terraform-failed',
    "waiting for EKS Add-On (lab:coredns) create: timeout while waiting for state to become 'ACTIVE' (last state: 'DEGRADED', timeout: 20m0s)",
  ],
  [
    'terraform-failed',
    `deleting EC2 VPC (vpc-1): operation error EC2: DeleteVpc, ${response}: 400, api error DependencyViolation: The vpc 'vpc-1' has dependencies and cannot be deleted.`,
  ],
];
