import type { RemovalPolicy } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { Egress } from './egress';

/** Props of AgentNetwork. */
export interface AgentNetworkProps {
  /**
   * Where agents may connect to.
   *
   * @default Egress.awsOnly()
   */
  readonly egress?: Egress;

  /**
   * The number of availability zones of the network: 2 or 3. us-west-1 has 2 that AgentCore supports.
   *
   * It can be raised later. Before you lower it, deploy the stacks of the agents with the new network on their own
   * (`cdk deploy --exclusively`), since they import the subnets of the third zone.
   *
   * @default 2
   */
  readonly maxAzs?: number;

  /**
   * The addresses of the VPC. Changing them later replaces the VPC and all that is in it.
   *
   * Three zones' worth of subnets must fit, whatever `egress` and `maxAzs` are, so that both can change later:
   * `IpAddresses.cidr` takes /16 to /24. Errors: `TooFewAddresses`.
   *
   * @default - 10.0.0.0/16
   */
  readonly ipAddresses?: ec2.IIpAddresses;

  /**
   * Keeps the address ranges that this library gave before all egress modes shared one address plan.
   *
   * Set it for a network that is deployed with these ranges, so that its subnets stay as they are. The network then
   * cannot change between `awsOnly()` and the other egress modes, and not its number of zones.
   *
   * @default false
   * @see https://github.com/cdk-coding-agents/cdk-coding-agents/blob/main/docs/network.md#change-a-network
   */
  readonly legacyAddressPlan?: boolean;

  /**
   * The AWS services that get an interface endpoint; replaces the list of the egress mode.
   *
   * Each gets a policy: AgentCore and its gateways lead to agents of this account only, ECR lets images of this account
   * and of `imageAccounts` be pulled and nothing else, and all others refuse credentials of other accounts, and calls
   * without credentials to resources of other accounts. A service that takes no endpoint policy, such as EKS, fails the
   * deployment: add it with `network.vpc.addInterfaceEndpoint()`. Errors: Amazon S3, which has a gateway endpoint.
   *
   * @default - for `awsOnly()` and `allowList()`: ecr.api, ecr.dkr, logs, bedrock, bedrock-runtime,
   *   bedrock-agentcore, bedrock-agentcore.gateway, xray, monitoring; for `internet()`: none, the NAT gateways carry the traffic
   */
  readonly interfaceEndpoints?: ec2.InterfaceVpcEndpointAwsService[];

  /**
   * The other accounts whose images in Amazon ECR agents run: 12 digits each.
   *
   * The endpoints of ECR let images of this account and of these be pulled, with credentials of one of them. Without
   * endpoints of ECR it is ignored.
   *
   * @default - images of this account only
   */
  readonly imageAccounts?: string[];

  /**
   * The id of the AWS-managed prefix list of Amazon S3 in this region, such as `pl-63a5400a`.
   *
   * @default - looked up at deployment by a small function
   */
  readonly s3PrefixListId?: string;

  /**
   * How long the logs of the network are kept: flow logs, firewall alerts, and the look-up of the prefix list.
   *
   * @default logs.RetentionDays.ONE_YEAR
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * The KMS key of these logs. Its policy is extended for CloudWatch Logs; an imported key has to allow it already.
   *
   * @default - encrypted with a key of CloudWatch Logs
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * What happens to these logs when the network is deleted.
   *
   * @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
   */
  readonly removalPolicy?: RemovalPolicy;
}

/** Props of `AgentNetwork.fromVpc()`. */
export interface FromVpcProps {
  /**
   * The VPC: of this account and region, with DNS support and DNS hostnames.
   *
   * Agents pull their image and reach AgentCore through it. It needs the VPC endpoints that `new AgentNetwork` makes
   * for `Egress.awsOnly()`, or NAT gateways together with `egress: Egress.internet()`.
   */
  readonly vpc: ec2.IVpc;

  /**
   * What the new security group lets agents reach: with `Egress.awsOnly()` TCP 443 in the VPC and to Amazon S3, with
   * `Egress.internet()` also any address on TCP 443 and 80, as far as routes of the VPC lead there.
   *
   * It changes neither routes nor NAT gateways nor DNS, so `natGateways` is not used. Throws for `Egress.allowList()`,
   * whose filter is built by `new AgentNetwork` only, and together with `securityGroups`, which have rules of their own.
   *
   * @default - Egress.awsOnly(), with a warning for private subnets with a way out, because it stays closed
   */
  readonly egress?: Egress;

  /**
   * The private subnets for agents; at most 16. A public subnet gives an agent no internet and is refused.
   *
   * @default - the private subnets with a way out, or where there are none, the isolated subnets
   */
  readonly subnets?: ec2.SubnetSelection;

  /**
   * The security groups of the agents, of the same VPC; at most 16. They need no inbound rule.
   *
   * @default - one new group without inbound rules, and outbound what `egress` says; open more through
   *   `network.connections`
   */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * The availability zone ids of the subnets, such as `use1-az1`, to have them checked.
   *
   * Zone names cannot be checked: they stand for other zones in every account.
   *
   * @default - not checked; an agent in an unsupported zone fails at deployment
   * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/agentcore-vpc.html
   */
  readonly availabilityZoneIds?: string[];

  /**
   * The id of the AWS-managed prefix list of Amazon S3 in this region, for the new security group.
   *
   * @default - looked up at deployment by a small function
   */
  readonly s3PrefixListId?: string;
}

/** Options of `AgentNetwork.publicInternet()`. */
export interface PublicInternetOptions {
  /**
   * Why these agents may run outside a VPC, for whoever reviews the template; at least 20 characters.
   *
   * Name what makes it acceptable, not that it is convenient.
   */
  readonly reason: string;
}

/** Options of `AgentNetwork.allowBucket()`. */
export interface AllowBucketOptions {
  /**
   * Whether objects may also be written and deleted.
   *
   * @default false
   */
  readonly write?: boolean;
}
