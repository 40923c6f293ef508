import { RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { invalid, warn } from '../private/errors';
import type { FromVpcProps } from './agent-network-props';
import type { IAgentNetwork } from './contracts';
import { supportedZoneIds, zoneOf } from './availability-zones';
import { Egress } from './egress';
import { s3Peer } from './s3-prefix-list';
import { checkCount, checkSecurityGroups, checkSubnets, checkVpcPlace } from './security-groups';
import { checkProps } from '../private/kinds';

/** A network in a VPC that exists already; see `AgentNetwork.fromVpc()`. */
export class ExistingNetwork extends Construct implements IAgentNetwork {
  public readonly isPublic = false;
  public readonly publicReason?: string;
  public readonly vpc: ec2.IVpc;
  public readonly subnets: ec2.ISubnet[];
  public readonly securityGroups: ec2.ISecurityGroup[];
  public readonly connections: ec2.Connections;

  constructor(scope: Construct, id: string, props: FromVpcProps) {
    super(scope, id);
    checkProps(this, 'FromVpcProps', props);
    this.vpc = props.vpc;
    this.checkVpc();
    this.checkZones(props.availabilityZoneIds ?? []);
    this.subnets = this.selectSubnets(props.subnets);
    this.checkEgress(props);
    if (props.securityGroups !== undefined) {
      checkSecurityGroups(this, this.vpc, props.securityGroups);
    }
    this.securityGroups = props.securityGroups ?? [this.createSecurityGroup(props)];
    this.connections = new ec2.Connections({ securityGroups: this.securityGroups });
  }

  private checkVpc(): void {
    checkVpcPlace(this, this.vpc, 'the agents');
    const resource = this.vpc.node.defaultChild;
    if (
      ec2.CfnVPC.isCfnVPC(resource) &&
      (resource.enableDnsSupport === false || resource.enableDnsHostnames === false)
    ) {
      throw invalid(this, 'DnsDisabled', {
        what: 'the VPC has DNS support or DNS hostnames turned off',
        got: this.vpc.node.path,
        fix: 'set enableDnsSupport and enableDnsHostnames to true: endpoints and file systems are reached by name',
      });
    }
  }

  private checkZones(zoneIds: string[]): void {
    const { region } = Stack.of(this);
    if (Token.isUnresolved(region) || zoneIds.length === 0) {
      return;
    }
    const supported = supportedZoneIds(this, region);
    const wrong = zoneIds.find((zone) => !Token.isUnresolved(zone) && !supported.includes(zone));
    if (wrong !== undefined) {
      throw invalid(this, 'UnsupportedAvailabilityZone', {
        what: `AgentCore does not support this availability zone of ${region}`,
        got: wrong,
        allowed: supported.join(', '),
        fix: 'select subnets in supported zones',
      });
    }
  }

  private selectSubnets(selection: ec2.SubnetSelection | undefined): ec2.ISubnet[] {
    const { vpc } = this;
    const type = vpc.privateSubnets.length > 0 ? ec2.SubnetType.PRIVATE_WITH_EGRESS : ec2.SubnetType.PRIVATE_ISOLATED;
    if (selection === undefined && vpc.privateSubnets.length + vpc.isolatedSubnets.length === 0) {
      throw invalid(this, 'NoPrivateSubnets', {
        what: 'the VPC has no private subnets',
        got: vpc.node.path,
        fix: 'add some (PRIVATE_WITH_EGRESS or PRIVATE_ISOLATED); an imported VPC must name them',
      });
    }
    const { subnets } = vpc.selectSubnets(selection ?? { subnetType: type });
    const publicIds = vpc.publicSubnets.map((subnet) => subnet.subnetId);
    const inPublic = subnets.find((subnet) => publicIds.includes(subnet.subnetId));
    if (inPublic !== undefined) {
      throw invalid(this, 'PublicSubnets', {
        what: 'public subnets give agents no internet',
        got: inPublic.node.path,
        allowed: 'PRIVATE_WITH_EGRESS or PRIVATE_ISOLATED',
        fix: 'select private subnets; for the internet they need a NAT gateway',
      });
    }
    checkCount(this, 'subnets', subnets.length);
    checkSubnets(this, vpc, subnets);
    this.warnAboutSingleZone(subnets);
    return subnets;
  }

  private warnAboutSingleZone(subnets: ec2.ISubnet[]): void {
    if (new Set(subnets.map(zoneOf)).size === 1) {
      warn(this, 'singleAvailabilityZone', {
        what: 'all agents run in one availability zone',
        got: subnets.length === 1 ? '1 subnet' : `${subnets.length} subnets`,
        fix: 'select subnets in at least two zones, so that agents survive the loss of one',
      });
    }
  }

  private checkEgress({ egress, securityGroups }: FromVpcProps): void {
    if (egress !== undefined && securityGroups !== undefined) {
      throw invalid(this, 'EgressWithSecurityGroups', {
        what: 'egress and securityGroups are both given, but egress makes a security group of its own',
        allowed: 'one of the two',
        fix: 'omit egress and open what agents need in your groups, or omit securityGroups',
      });
    }
    if (egress !== undefined && egress._plan.domains.length > 0) {
      throw invalid(this, 'AllowListNeedsOwnVpc', {
        what: 'an existing VPC cannot filter by domain: the firewalls for it are built by `new AgentNetwork` only',
        got: 'Egress.allowList(...)',
        allowed: 'Egress.awsOnly() or Egress.internet()',
        fix: 'use new AgentNetwork(...) for the list, or Egress.internet() behind a firewall of your own',
      });
    }
    if (egress === undefined && securityGroups === undefined && this.hasWayOut()) {
      warn(this, 'natUnreachable', {
        what: 'the subnets have a way out, but the new security group lets agents reach the VPC and Amazon S3 only',
        got: this.vpc.node.path,
        fix: 'give egress: Egress.internet() to use the NAT gateways, or egress: Egress.awsOnly() to keep them closed',
      });
    }
  }

  private hasWayOut(): boolean {
    const withEgress = this.vpc.privateSubnets.map((subnet) => subnet.subnetId);
    return this.subnets.some((subnet) => withEgress.includes(subnet.subnetId));
  }

  private createSecurityGroup({ egress = Egress.awsOnly(), s3PrefixListId }: FromVpcProps): ec2.SecurityGroup {
    const group = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc: this.vpc,
      description: 'Coding agents',
      allowAllOutbound: false,
    });
    const logSettings = {
      retention: logs.RetentionDays.ONE_YEAR,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    };
    group.addEgressRule(ec2.Peer.ipv4(this.vpcCidr()), ec2.Port.HTTPS, 'HTTPS within the VPC');
    group.addEgressRule(s3Peer(this, s3PrefixListId, logSettings), ec2.Port.HTTPS, 'HTTPS to Amazon S3');
    for (const port of egress._plan.openPorts) {
      group.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(port), `TCP ${port} to the internet`);
    }
    return group;
  }

  private vpcCidr(): string {
    try {
      return this.vpc.vpcCidrBlock;
    } catch {
      // an imported VPC throws when it was not told
      throw invalid(this, 'UnknownVpcCidr', {
        what: 'the address range of the imported VPC is not known, so no security group can be made for it',
        got: this.vpc.node.path,
        fix: 'give vpcCidrBlock to Vpc.fromVpcAttributes, or give securityGroups',
      });
    }
  }
}
