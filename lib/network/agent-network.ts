import { RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { invalid, invalidValue } from '../private/errors';
import { letLogsUseKey } from '../private/keys';
import { reasonProblem } from '../private/notes';
import { surelyDiffer } from '../private/references';
import type { AgentNetworkProps, AllowBucketOptions, FromVpcProps, PublicInternetOptions } from './agent-network-props';
import type { IAgentNetwork } from './contracts';
import { DnsFirewall } from './dns-firewall';
import type { EgressPlan } from './egress';
import { Egress } from './egress';
import { ExistingNetwork } from './existing-network';
import { DomainFirewall, NatBehindFirewall } from './network-firewall';
import type { LogSettings } from './network-logs';
import { NetworkFlowLog, createLogGroup, generatedNames } from './network-logs';
import { s3Peer } from './s3-prefix-list';
import type { AwsEndpointsProps } from './vpc-endpoints';
import { AwsEndpoints, S3Endpoint, warnAboutMissingEndpoints } from './vpc-endpoints';
import { createZonedVpc } from './zoned-vpc';
import { checkArguments, checkProps } from '../private/kinds';

/**
 * A VPC for coding agents, in availability zones that AgentCore supports.
 *
 * Keep it in a stack of its own that lives longer than the agents: AgentCore holds network interfaces in its subnets
 * and security groups for up to eight hours after an agent is deleted, and they cannot be deleted before.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/agentcore-vpc.html
 */
export class AgentNetwork extends Construct implements IAgentNetwork {
  /**
   * Uses a VPC that exists already.
   *
   * Its routes, endpoints and DNS stay as they are, and with them what agents can reach. Throws for public subnets, no
   * or more than 16 subnets or security groups, a VPC of another account or region or with DNS turned off, a security
   * group of another VPC, `Egress.allowList()`, `egress` beside `securityGroups`, and availability zone ids that
   * AgentCore does not support, as far as this is known.
   */
  public static fromVpc(scope: Construct, id: string, props: FromVpcProps): IAgentNetwork {
    return new ExistingNetwork(scope, id, props);
  }

  /**
   * No VPC: agents reach the whole internet and nothing private.
   *
   * File systems cannot be mounted, and Security Hub reports BedrockAgentCore.1. The reason appears where the agents
   * are declared, and acknowledges the finding of `AgentCoreChecks` about them. Throws if it has fewer than 20 characters.
   *
   * @see https://docs.aws.amazon.com/securityhub/latest/userguide/bedrockagentcore-controls.html
   */
  public static publicInternet(options: PublicInternetOptions): IAgentNetwork {
    checkArguments('AgentNetwork.publicInternet', { options: ['PublicInternetOptions', options] });
    return new PublicNetwork(options);
  }

  /** Always false: these agents run in a VPC. */
  public readonly isPublic: boolean = false;

  /**
   * Always undefined: a VPC needs no reason.
   *
   * @default - never set
   */
  public readonly publicReason?: string;

  /** The VPC. */
  public readonly vpc: ec2.IVpc;

  /** The private subnets of the agents, one in each availability zone. */
  public readonly subnets: ec2.ISubnet[];

  /** The one security group that all agents of this network share; no inbound rules. */
  public readonly securityGroups: ec2.ISecurityGroup[];

  /** Opens more connections to or from the agents. */
  public readonly connections: ec2.Connections;

  /** Every connection in the VPC, accepted or rejected. */
  public readonly flowLogGroup: logs.ILogGroup;

  /**
   * What the firewall dropped, with the server name.
   *
   * @default - none; only `Egress.allowList()` has a firewall
   */
  public readonly alertLogGroup?: logs.ILogGroup;

  /**
   * The domains beyond AWS that agents reach.
   * @internal
   */
  public readonly _domains: 'any' | readonly string[];

  private readonly s3Endpoint: S3Endpoint;
  private readonly endpointPlace: AwsEndpointsProps;
  private endpoints?: AwsEndpoints;

  constructor(scope: Construct, id: string, props: AgentNetworkProps = {}) {
    super(scope, id);
    checkProps(this, 'AgentNetworkProps', props);
    const plan = (props.egress ?? Egress.awsOnly())._plan;
    this._domains = plan.endpointsOnly ? plan.domains : 'any';
    const logSettings = this.prepareLogs(props);

    const vpc = this.createVpc(plan, props);
    this.vpc = vpc;
    this.subnets = plan.natGateways === 'none' ? vpc.isolatedSubnets : vpc.privateSubnets;
    this.flowLogGroup = createLogGroup(this, 'FlowLogGroup', logSettings);
    new NetworkFlowLog(this, 'FlowLog', { vpc, logGroup: this.flowLogGroup });

    const agents = this.createSecurityGroup(plan, s3Peer(this, props.s3PrefixListId, logSettings));
    this.securityGroups = [agents];
    const imageAccounts = this.checkedAccounts(props.imageAccounts ?? []);
    this.endpointPlace = { vpc, subnets: this.subnets, agents, imageAccounts };
    this.connections = new ec2.Connections({ securityGroups: this.securityGroups });

    this.s3Endpoint = new S3Endpoint(this, 'S3', vpc, this.subnets);
    const services = props.interfaceEndpoints ?? plan.interfaceEndpoints;
    if (plan.endpointsOnly) {
      warnAboutMissingEndpoints(this, services);
    }
    services.forEach((service) => this.addInterfaceEndpoint(service));
    if (plan.filtersDns) {
      new DnsFirewall(this, 'DnsFirewall', { vpc, domains: plan.domains });
    }
    if (plan.domains.length > 0) {
      this.alertLogGroup = createLogGroup(this, 'AlertLogGroup', logSettings);
      new DomainFirewall(this, 'Firewall', { vpc, domains: plan.domains, alertLogGroup: this.alertLogGroup });
    }
  }

  /**
   * Lets agents reach a bucket of yours, as far as their roles allow it too. All other buckets stay out of reach.
   *
   * Call it for each bucket that code in the VPC reads directly. A file system on Amazon S3 Files needs it only for
   * direct reads, since mounts do not go through this endpoint.
   *
   * The name of the bucket becomes part of the network's stack, so that stack is deployed after the bucket's. Keep the
   * bucket in the network's stack or in one deployed before it: from an agent's stack, which is deployed after the
   * network, it would be a circle. With `Egress.internet()` it matters too: the endpoint comes before the NAT gateways.
   */
  public allowBucket(bucket: s3.IBucket, options: AllowBucketOptions = {}): void {
    checkArguments('AgentNetwork.allowBucket', {
      bucket: ['IBucket', bucket],
      options: ['AllowBucketOptions?', options],
    });
    this.s3Endpoint.allowBucket(bucket, options);
  }

  /**
   * Lets agents reach one more AWS service without the internet, about $7 a month in each zone: AWS Lambda, for example,
   * for the credential helper of git. Its policy refuses credentials of other accounts, and calls without credentials to
   * resources of other accounts.
   *
   * Errors: a service that has an endpoint already, Amazon S3 among them.
   */
  public addInterfaceEndpoint(service: ec2.InterfaceVpcEndpointAwsService): void {
    this.endpoints ??= new AwsEndpoints(this, 'Endpoints', this.endpointPlace);
    this.endpoints.add(service);
  }

  /**
   * Whether the way to a bucket is open, by its ARN.
   * @internal
   */
  public _opensBucket(bucketArn: string): boolean {
    return this.s3Endpoint.opens(bucketArn);
  }

  /**
   * False if the endpoints of ECR refuse the images of this account.
   *
   * @internal
   */
  public _admitsImagesOf(account: string): boolean {
    const own = Stack.of(this).account;
    const endpoint = this.endpoints?.node.tryFindChild(ec2.InterfaceVpcEndpointAwsService.ECR_DOCKER.shortName);
    return endpoint === undefined || !surelyDiffer(account, own) || this.endpointPlace.imageAccounts.includes(account);
  }

  private checkedAccounts(accounts: string[]): string[] {
    const wrong = accounts.find((account) => !Token.isUnresolved(account) && !/^\d{12}$/.test(account));
    if (wrong !== undefined) {
      throw invalid(this, 'InvalidImageAccount', {
        what: 'imageAccounts holds what is not the id of an account',
        got: wrong,
        allowed: '12 digits',
        fix: 'copy it from the address of the image: <account>.dkr.ecr.<region>.amazonaws.com/...',
      });
    }
    return accounts;
  }

  private prepareLogs(props: AgentNetworkProps): LogSettings {
    if (props.encryptionKey !== undefined) {
      letLogsUseKey(this, props.encryptionKey, generatedNames(this));
    }
    return {
      retention: props.logRetention ?? logs.RetentionDays.ONE_YEAR,
      removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      encryptionKey: props.encryptionKey,
    };
  }

  private createVpc(plan: EgressPlan, props: AgentNetworkProps): ec2.Vpc {
    const maxAzs = this.checkedZones(props.maxAzs ?? 2);
    return createZonedVpc(this, 'Vpc', {
      maxAzs,
      subnetConfiguration: plan.subnetConfiguration,
      natGateways: this.countNatGateways(plan, maxAzs),
      natGatewayProvider: plan.domains.length > 0 ? new NatBehindFirewall() : undefined,
      ipAddresses: props.ipAddresses,
      legacyAddressPlan: props.legacyAddressPlan ?? false,
    });
  }

  private checkedZones(maxAzs: number): number {
    // a token is refused too: the number decides what is made
    if (maxAzs !== 2 && maxAzs !== 3) {
      throw invalid(this, 'InvalidMaxAzs', {
        what: 'maxAzs is out of range',
        got: Token.isUnresolved(maxAzs) ? 'a value not known before deployment' : maxAzs,
        allowed: '2 or 3',
        fix: 'one zone is no protection against its failure, and AgentCore supports at most three in a region',
      });
    }
    return maxAzs;
  }

  private countNatGateways(plan: EgressPlan, maxAzs: number): number {
    if (plan.natGateways === 'none') {
      return 0;
    }
    const count = plan.natGateways === 'onePerZone' ? maxAzs : plan.natGateways;
    if (count > maxAzs) {
      throw invalid(this, 'TooManyNatGateways', {
        what: 'there are more NAT gateways than availability zones',
        got: count,
        allowed: `1 to ${maxAzs}`,
        fix: 'raise maxAzs or lower natGateways',
      });
    }
    return count;
  }

  private createSecurityGroup(plan: EgressPlan, amazonS3: ec2.IPeer): ec2.SecurityGroup {
    const group = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc: this.vpc,
      description: 'Coding agents',
      allowAllOutbound: false,
    });
    group.addEgressRule(amazonS3, ec2.Port.HTTPS, 'HTTPS to Amazon S3');
    for (const port of plan.openPorts) {
      // the same words in every mode: a rule that differs in its description only is a duplicate to EC2
      group.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(port), `TCP ${port} to the internet`);
    }
    return group;
  }
}

/** No VPC at all; see `AgentNetwork.publicInternet()`. */
class PublicNetwork implements IAgentNetwork {
  public readonly isPublic = true;
  public readonly publicReason?: string;
  public readonly subnets: ec2.ISubnet[] = [];
  public readonly securityGroups: ec2.ISecurityGroup[] = [];

  constructor(options: PublicInternetOptions) {
    const problem = reasonProblem(options.reason, {
      what: 'the reason for a public network says too little',
      fix: 'say what makes it acceptable, or use new AgentNetwork(...)',
    });
    if (problem !== undefined) {
      throw invalidValue('PublicReasonTooShort', problem);
    }
    this.publicReason = options.reason.trim();
  }

  public get vpc(): ec2.IVpc {
    throw noVpc('vpc');
  }

  public get connections(): ec2.Connections {
    throw noVpc('connections');
  }
}

function noVpc(member: string): Error {
  return invalidValue('PublicNetworkHasNoVpc', {
    what: `a public network has no ${member}`,
    got: 'AgentNetwork.publicInternet(...)',
    fix: 'check isPublic first, or use new AgentNetwork(...) or AgentNetwork.fromVpc(...), which file systems need',
  });
}
