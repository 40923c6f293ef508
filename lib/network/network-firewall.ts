import { createHash } from 'node:crypto';
import { Fn, Names, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as logs from 'aws-cdk-lib/aws-logs';
import * as firewall from 'aws-cdk-lib/aws-networkfirewall';
import { Construct } from 'constructs';
import { addressRange } from './zoned-vpc';

/** Cannot be changed later and costs nothing unused: room for the longest list that both firewalls take. */
const DOMAIN_CAPACITY = 1000;
const PROTOCOL_CAPACITY = 10;

const PROTOCOL_RULES = [
  'drop udp $HOME_NET any -> any any (msg:"UDP may not leave"; sid:1;)',
  'drop icmp $HOME_NET any -> any any (msg:"ICMP may not leave"; sid:2;)',
  'drop tcp $HOME_NET any -> any !443 (msg:"only TCP port 443 may leave"; flow:to_server; sid:3;)',
];

interface DomainFirewallProps {
  readonly vpc: ec2.Vpc;
  readonly domains: string[];
  readonly alertLogGroup: logs.ILogGroup;
}

/** One firewall per availability zone between the agents and the NAT gateway of that zone, and the routes for it. */
export class DomainFirewall extends Construct {
  constructor(scope: Construct, id: string, props: DomainFirewallProps) {
    super(scope, id);
    const policy = this.createPolicy(props);
    // a firewall with endpoints in several zones lists them in no defined order, so that no route could pick its own
    props.vpc.privateSubnets.forEach((agents, zone) => {
      const endpointId = this.createFirewall(zone, policy, props);
      routeThroughFirewall(agents as ec2.Subnet, props.vpc.publicSubnets[zone] as ec2.Subnet, endpointId);
    });
  }

  private createFirewall(zone: number, policy: firewall.CfnFirewallPolicy, props: DomainFirewallProps): string {
    const instance = new firewall.CfnFirewall(this, `Firewall${zone + 1}`, {
      // another VPC makes another firewall, while the present one still has its name
      firewallName: `${physicalName(this, `Firewall${zone + 1}`)}-${placeHash(props.vpc)}`,
      firewallPolicyArn: policy.attrFirewallPolicyArn,
      vpcId: props.vpc.vpcId,
      subnetMappings: [{ subnetId: props.vpc.isolatedSubnets[zone].subnetId }],
    });
    new firewall.CfnLoggingConfiguration(this, `Logging${zone + 1}`, {
      firewallArn: instance.attrFirewallArn,
      loggingConfiguration: {
        logDestinationConfigs: [
          {
            logType: 'ALERT',
            logDestinationType: 'CloudWatchLogs',
            logDestination: { logGroup: props.alertLogGroup.logGroupName },
          },
        ],
      },
    });
    // each entry reads zone:endpoint
    return Fn.select(1, Fn.split(':', Fn.select(0, instance.attrEndpointIds)));
  }

  private createPolicy(props: DomainFirewallProps): firewall.CfnFirewallPolicy {
    return new firewall.CfnFirewallPolicy(this, 'Policy', {
      firewallPolicyName: physicalName(this, 'Policy'),
      firewallPolicy: {
        statelessDefaultActions: ['aws:forward_to_sfe'],
        statelessFragmentDefaultActions: ['aws:forward_to_sfe'],
        // here and not on a rule group: only the policy's HOME_NET also defines EXTERNAL_NET, its complement
        policyVariables: { ruleVariables: { HOME_NET: { definition: [addressRange(props.vpc)] } } },
        statefulEngineOptions: { ruleOrder: 'STRICT_ORDER', streamExceptionPolicy: 'REJECT' },
        // the application variants wait for the whole handshake: one with post-quantum keys spans several packets, and
        // drop_established would cut it off before the server name is seen. without the alert nothing is logged
        statefulDefaultActions: [
          'aws:drop_established_app_layer_to_server',
          'aws:alert_established_app_layer_to_server',
        ],
        statefulRuleGroupReferences: [
          { priority: 1, resourceArn: this.createProtocolRules().attrRuleGroupArn },
          { priority: 2, resourceArn: this.createDomainRules(props.domains).attrRuleGroupArn },
        ],
      },
    });
  }

  private createDomainRules(domains: string[]): firewall.CfnRuleGroup {
    return this.createRuleGroup('Domains', DOMAIN_CAPACITY, {
      rulesSourceList: { generatedRulesType: 'ALLOWLIST', targetTypes: ['TLS_SNI'], targets: domains },
    });
  }

  /** The default drop applies to established connections only, which a single UDP or ICMP packet never is. */
  private createProtocolRules(): firewall.CfnRuleGroup {
    return this.createRuleGroup('Protocols', PROTOCOL_CAPACITY, { rulesString: PROTOCOL_RULES.join('\n') });
  }

  private createRuleGroup(
    id: string,
    capacity: number,
    rulesSource: firewall.CfnRuleGroup.RulesSourceProperty,
  ): firewall.CfnRuleGroup {
    return new firewall.CfnRuleGroup(this, id, {
      ruleGroupName: physicalName(this, id),
      type: 'STATEFUL',
      capacity,
      ruleGroup: { rulesSource, statefulRuleOptions: { ruleOrder: 'STRICT_ORDER' } },
    });
  }
}

/** Both directions have to pass the firewall: it drops what it sees only one half of. */
function routeThroughFirewall(agents: ec2.Subnet, nat: ec2.Subnet, endpointId: string): void {
  const firewallEndpoint = { routerType: ec2.RouterType.VPC_ENDPOINT, routerId: endpointId };
  agents.addRoute('DefaultRoute', { ...firewallEndpoint, enablesInternetConnectivity: true });
  nat.addRoute('ReturnToAgents', { ...firewallEndpoint, destinationCidrBlock: agents.ipv4CidrBlock });
}

/** The service generates no names, so they are derived from the place in the tree. */
function physicalName(scope: Construct, id: string): string {
  return `${Names.uniqueResourceName(scope, { maxLength: 100 })}-${id}`;
}

/** Differs where the addresses do, which replace the VPC and with it the firewall. */
function placeHash(vpc: ec2.Vpc): string {
  const { cidrBlock, ipv4IpamPoolId, ipv4NetmaskLength } = vpc.node.defaultChild as ec2.CfnVPC;
  const place = Stack.of(vpc).resolve([cidrBlock, ipv4IpamPoolId, ipv4NetmaskLength]) as unknown;
  return createHash('sha256').update(JSON.stringify(place)).digest('hex').slice(0, 8);
}

/** NAT gateways that serve the firewall subnets; the agents' own way out is the firewall. */
export class NatBehindFirewall extends ec2.NatProvider {
  public readonly configuredGateways: ec2.GatewayConfig[] = [];

  public configureNat(options: ec2.ConfigureNatOptions): void {
    options.natSubnets.forEach((natSubnet, zone) => {
      const gateway = natSubnet.addNatGateway();
      this.configuredGateways.push({ az: natSubnet.availabilityZone, gatewayId: gateway.ref });
      (options.vpc.isolatedSubnets[zone] as ec2.Subnet).addRoute('DefaultRoute', {
        routerType: ec2.RouterType.NAT_GATEWAY,
        routerId: gateway.ref,
        enablesInternetConnectivity: true,
      });
    });
  }

  public configureSubnet(): void {
    // called for subnets that are added later; agents reach the gateway through the firewall only
  }
}
