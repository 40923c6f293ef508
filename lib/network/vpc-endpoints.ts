import { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { START_SERVICES } from '../contract/reach';
import { invalid, warn } from '../private/errors';
import { checkPlace, ownerOf } from '../private/references';
import type { AllowBucketOptions } from './agent-network-props';
import { addressRange } from './zoned-vpc';

/** Pulls an image; a push, which could carry data into a registry of somebody else, takes further actions. */
const PULL = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];

/** The rest of this service makes, trains and deletes models. */
const LOOK_AT_PROFILES = ['bedrock:GetInferenceProfile', 'bedrock:ListInferenceProfiles'];

const READ_OBJECTS = ['s3:GetObject', 's3:GetObjectVersion', 's3:ListBucket'];
const WRITE_OBJECTS = [
  's3:AbortMultipartUpload',
  's3:DeleteObject',
  's3:ListBucketMultipartUploads',
  's3:ListMultipartUploadParts',
  's3:PutObject',
];

export interface AwsEndpointsProps {
  readonly vpc: ec2.Vpc;
  readonly subnets: ec2.ISubnet[];
  readonly agents: ec2.SecurityGroup;
  /** accounts besides this one whose images may be pulled */
  readonly imageAccounts: string[];
}

/** The interface endpoints of the network, behind one security group. */
export class AwsEndpoints extends Construct {
  private readonly securityGroup: ec2.SecurityGroup;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: AwsEndpointsProps,
  ) {
    super(scope, id);
    const securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc: props.vpc,
      description: 'VPC endpoints for AWS services',
      allowAllOutbound: false,
    });
    // functions in the VPC, such as brokers, bring groups of their own
    securityGroup.addIngressRule(ec2.Peer.ipv4(addressRange(props.vpc)), ec2.Port.HTTPS, 'HTTPS from this VPC');
    props.agents.connections.allowTo(securityGroup, ec2.Port.HTTPS, 'HTTPS to AWS services');

    this.securityGroup = securityGroup;
  }

  public add(service: ec2.InterfaceVpcEndpointAwsService): void {
    this.refuseSecondWayToS3(service);
    const endpoint = new ec2.InterfaceVpcEndpoint(this, constructId(this, service), {
      vpc: this.props.vpc,
      subnets: { subnets: this.props.subnets },
      service,
      securityGroups: [this.securityGroup],
      open: false,
      privateDnsEnabled: true,
    });
    this.policyOf(service).forEach((statement) => endpoint.addToPolicy(statement));
  }

  /** It would take over all names of S3 from the gateway endpoint, and with them what `allowBucket` leaves closed. */
  private refuseSecondWayToS3({ shortName }: ec2.InterfaceVpcEndpointAwsService): void {
    if (shortName === 's3') {
      throw invalid(this, 'S3InterfaceEndpoint', {
        what: 'the network leads to Amazon S3 through its gateway endpoint, and a second endpoint would take that over',
        got: shortName,
        allowed: 'interface endpoints of other services',
        fix: 'remove it, and open buckets with network.allowBucket(...)',
      });
    }
  }

  /**
   * What an endpoint lets through besides what the caller's and the resource's own policies say.
   *
   * Without it a program could bring credentials of its own account and use the endpoint as a way out.
   *
   * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/vpc-interface-endpoints.html
   */
  private policyOf(service: ec2.InterfaceVpcEndpointAwsService): iam.PolicyStatement[] {
    const { account } = Stack.of(this);
    switch (service.shortName) {
      case ec2.InterfaceVpcEndpointAwsService.ECR.shortName:
      case ec2.InterfaceVpcEndpointAwsService.ECR_DOCKER.shortName:
        return this.pullsOf([account, ...this.props.imageAccounts]);
      case ec2.InterfaceVpcEndpointAwsService.BEDROCK_AGENTCORE.shortName:
        return [anyone({ conditions: { StringEquals: { 'aws:ResourceAccount': account } } }), noAgentByToken()];
      case ec2.InterfaceVpcEndpointAwsService.BEDROCK_AGENTCORE_GATEWAY.shortName:
        // a caller with an OAuth token is no AWS principal and belongs to no account, but the agent it calls does
        return [anyone({ conditions: { StringEquals: { 'aws:ResourceAccount': account } } })];
      case ec2.InterfaceVpcEndpointAwsService.BEDROCK.shortName:
        return [
          anyone({ actions: LOOK_AT_PROFILES, conditions: { StringEquals: { 'aws:PrincipalAccount': account } } }),
        ];
      case ec2.InterfaceVpcEndpointAwsService.BEDROCK_RUNTIME.shortName:
      case ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS.shortName:
      case ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_MONITORING.shortName:
      case ec2.InterfaceVpcEndpointAwsService.XRAY.shortName:
        return [anyone({ conditions: { StringEquals: { 'aws:PrincipalAccount': account } } })];
      default:
        return [
          anyone({}),
          anyone({ effect: iam.Effect.DENY, conditions: foreignCredentials([account]) }),
          anyone({ effect: iam.Effect.DENY, conditions: anonymousElsewhere(account) }),
        ];
    }
  }

  /**
   * AWS does not say as whom AgentCore pulls an image: presumably as the role of the agent, which needs these rights. A
   * service of AWS passes as well. The owner of the images may be the caller, since it owns what is pulled.
   */
  private pullsOf(accounts: string[]): iam.PolicyStatement[] {
    const { partition, region } = Stack.of(this);
    const repositories = accounts.map((account) => `arn:${partition}:ecr:${region}:${account}:repository/*`);
    return [
      anyone({ actions: PULL, resources: repositories }),
      // takes no resource
      anyone({ actions: ['ecr:GetAuthorizationToken'] }),
      anyone({ effect: iam.Effect.DENY, conditions: foreignCredentials(accounts) }),
    ];
  }
}

/**
 * The way to S3, for the buckets named and no others: whoever may reach any bucket may write into his own.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/agentcore-vpc.html
 */
export class S3Endpoint extends Construct {
  private readonly endpoint: ec2.GatewayVpcEndpoint;
  private readonly opened = new Set<string>();

  constructor(scope: Construct, id: string, vpc: ec2.IVpc, subnets: ec2.ISubnet[]) {
    super(scope, id);
    const { region, partition } = Stack.of(this);
    this.endpoint = new ec2.GatewayVpcEndpoint(this, 'Resource', {
      vpc,
      service: ec2.GatewayVpcEndpointAwsService.S3,
      subnets: [{ subnets }],
    });
    const agentCore = { 'aws:PrincipalServiceName': 'bedrock-agentcore.amazonaws.com' };
    // ECR keeps the layers of container images here
    this.allow(`arn:${partition}:s3:::prod-${region}-starport-layer-bucket`, ['s3:GetObject']);
    this.allow(`arn:${partition}:s3:::acr-code-*-${region}-an`, ['s3:GetObject'], agentCore);
    const sessionStorage = `arn:${partition}:s3:::acr-storage-*-${region}-an`;
    this.allow(sessionStorage, ['s3:GetObject', 's3:ListBucket', 's3:PutObject'], agentCore);
  }

  public allowBucket(bucket: s3.IBucket, options: AllowBucketOptions): void {
    checkPlace(
      this,
      { resource: bucket },
      {
        code: 'ForeignBucket',
        what: 'agents would reach the bucket through a gateway endpoint, and it is',
        than: 'the network',
        // its policy may let roles of other accounts in
        same: ['region'],
        fix: 'replicate it to a bucket of this region: a gateway endpoint leads to buckets of its own region only',
      },
    );
    this.opened.add(bucketKey(bucket.bucketArn));
    this.allow(bucket.bucketArn, options.write === true ? [...READ_OBJECTS, ...WRITE_OBJECTS] : READ_OBJECTS);
  }

  /** Whether `allowBucket` was called for the bucket of an ARN, which can be that of its objects. */
  public opens(arn: string): boolean {
    return this.opened.has(bucketKey(arn));
  }

  private allow(bucketArn: string, actions: string[], equals?: Record<string, string>): void {
    this.endpoint.addToPolicy(
      new iam.PolicyStatement({
        principals: [new iam.StarPrincipal()],
        actions,
        resources: [bucketArn, `${bucketArn}/*`],
        conditions: equals && { StringEquals: equals },
      }),
    );
  }
}

/** The same for each ARN of a bucket and of its objects: the bucket of the app, or the name. */
function bucketKey(arn: string): string {
  return ownerOf(arn)?.node.path ?? arn.replace(/^.*:s3:::/, '').replace(/\/.*$/, '');
}

/** In a network without the internet, what is not in the list is out of reach, even for the start of an agent. */
export function warnAboutMissingEndpoints(scope: Construct, services: ec2.InterfaceVpcEndpointAwsService[]): void {
  const given = services.map((service) => service.shortName);
  const missing = START_SERVICES.filter((service) => !given.includes(service));
  if (missing.length > 0) {
    warn(scope, 'missingEndpoints', {
      what: 'interfaceEndpoints lacks services without which no agent starts in this network',
      got: missing.join(', '),
      fix: 'add them, or omit interfaceEndpoints to have all that agents need',
    });
  }
}

function constructId(scope: Construct, service: ec2.InterfaceVpcEndpointAwsService): string {
  const id = service.shortName;
  if (scope.node.tryFindChild(id) !== undefined) {
    throw invalid(scope, 'DuplicateEndpoint', {
      what: 'the network would have two endpoints of one service',
      got: id,
      fix: 'remove one',
    });
  }
  return id;
}

function anyone(statement: iam.PolicyStatementProps): iam.PolicyStatement {
  return new iam.PolicyStatement({
    principals: [new iam.StarPrincipal()],
    actions: ['*'],
    resources: ['*'],
    ...statement,
  });
}

/**
 * The token of a caller lies in the microVM, and other agents may take the same one: it would open their shells. Calls
 * signed with AWS credentials are left to IAM.
 */
function noAgentByToken(): iam.PolicyStatement {
  return anyone({
    effect: iam.Effect.DENY,
    actions: ['bedrock-agentcore:InvokeAgentRuntime*'],
    conditions: { Null: { 'aws:PrincipalAccount': 'true' } },
  });
}

/** Spares services of AWS, and callers without an account, for whom there is `anonymousElsewhere`. */
function foreignCredentials(accounts: string[]): Record<string, Record<string, string | string[]>> {
  return {
    StringNotEquals: { 'aws:PrincipalAccount': accounts.length === 1 ? accounts[0] : accounts },
    Null: { 'aws:PrincipalAccount': 'false' },
    BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' },
  };
}

/**
 * A call without credentials, which a queue, a topic or an API of somebody else may take. It passes to resources of this
 * account only, such as a role that trusts a web identity. Where a service does not say whose the resource is, it is refused.
 */
function anonymousElsewhere(account: string): Record<string, Record<string, string>> {
  return {
    StringNotEquals: { 'aws:ResourceAccount': account },
    Null: { 'aws:PrincipalAccount': 'true' },
    BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' },
  };
}
