import { Match } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Egress } from '../../lib/network/egress';
import { newNetwork } from './helpers';

const { network, template } = newNetwork({ egress: Egress.allowList(['github.com', '.npmjs.org']), maxAzs: 3 });
const ZONES = [1, 2, 3];

function idOf(type: string, part: string): string {
  const id = Object.keys(template.findResources(type)).find((candidate) => candidate.includes(part));
  if (id === undefined) {
    throw new Error(`no ${type} with ${part}`);
  }
  return id;
}

function routesOf(subnet: string): unknown[] {
  const RouteTableId = { Ref: idOf('AWS::EC2::RouteTable', subnet) };
  return Object.values(template.findResources('AWS::EC2::Route', { Properties: { RouteTableId } })).map(
    ({ Properties: { RouteTableId: _, ...route } }) => route as unknown,
  );
}

function endpointOf(zone: number): unknown {
  const endpoints = { 'Fn::GetAtt': [idOf('AWS::NetworkFirewall::Firewall', `Firewall${zone}`), 'EndpointIds'] };
  return { 'Fn::Select': [1, { 'Fn::Split': [':', { 'Fn::Select': [0, endpoints] }] }] };
}

describe.each(ZONES)('zone %p', (zone) => {
  const agentsCidr = `10.0.${64 * zone}.0/18`;

  test('agents go to the firewall of their zone', () => {
    expect(routesOf(`AgentsSubnet${zone}`)).toEqual([
      { DestinationCidrBlock: '0.0.0.0/0', VpcEndpointId: endpointOf(zone) },
    ]);
  });

  test('the firewall goes to the NAT gateway of its zone', () => {
    expect(routesOf(`FirewallSubnet${zone}`)).toEqual([
      { DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: { Ref: idOf('AWS::EC2::NatGateway', `NatSubnet${zone}`) } },
    ]);
  });

  test('the NAT gateway goes to the internet, and answers go back through the same firewall', () => {
    expect(network.subnets[zone - 1].ipv4CidrBlock).toBe(agentsCidr);
    expect(routesOf(`NatSubnet${zone}`)).toEqual([
      { DestinationCidrBlock: '0.0.0.0/0', GatewayId: { Ref: idOf('AWS::EC2::InternetGateway', 'IGW') } },
      { DestinationCidrBlock: agentsCidr, VpcEndpointId: endpointOf(zone) },
    ]);
  });

  test('a firewall has one endpoint, so that its first is its own', () => {
    template.hasResourceProperties('AWS::NetworkFirewall::Firewall', {
      FirewallPolicyArn: {
        'Fn::GetAtt': [idOf('AWS::NetworkFirewall::FirewallPolicy', 'Policy'), 'FirewallPolicyArn'],
      },
      SubnetMappings: [{ SubnetId: { Ref: idOf('AWS::EC2::Subnet', `FirewallSubnet${zone}Subnet`) } }],
    });
  });

  test('its alerts are logged', () => {
    template.hasResourceProperties('AWS::NetworkFirewall::LoggingConfiguration', {
      FirewallArn: { 'Fn::GetAtt': [idOf('AWS::NetworkFirewall::Firewall', `Firewall${zone}`), 'FirewallArn'] },
      LoggingConfiguration: {
        LogDestinationConfigs: [
          {
            LogType: 'ALERT',
            LogDestinationType: 'CloudWatchLogs',
            LogDestination: { logGroup: { Ref: idOf('AWS::Logs::LogGroup', 'AlertLogGroup') } },
          },
        ],
      },
    });
  });
});

test('the firewalls share one policy, which drops and logs what no rule lets through', () => {
  template.resourceCountIs('AWS::NetworkFirewall::FirewallPolicy', 1);
  template.hasResourceProperties('AWS::NetworkFirewall::FirewallPolicy', {
    FirewallPolicy: {
      PolicyVariables: { RuleVariables: { HOME_NET: { Definition: ['10.0.0.0/16'] } } },
      StatefulEngineOptions: { RuleOrder: 'STRICT_ORDER', StreamExceptionPolicy: 'REJECT' },
      StatefulDefaultActions: ['aws:drop_established_app_layer_to_server', 'aws:alert_established_app_layer_to_server'],
      StatelessDefaultActions: ['aws:forward_to_sfe'],
      StatelessFragmentDefaultActions: ['aws:forward_to_sfe'],
      StatefulRuleGroupReferences: [
        { Priority: 1, ResourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('Protocols'), 'RuleGroupArn'] } },
        { Priority: 2, ResourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('Domains'), 'RuleGroupArn'] } },
      ],
    },
  });
});

test('TLS to the listed domains is let through', () => {
  template.hasResourceProperties('AWS::NetworkFirewall::RuleGroup', {
    Type: 'STATEFUL',
    Capacity: 1000,
    RuleGroup: {
      RulesSource: {
        RulesSourceList: {
          GeneratedRulesType: 'ALLOWLIST',
          TargetTypes: ['TLS_SNI'],
          Targets: ['github.com', '.npmjs.org'],
        },
      },
      StatefulRuleOptions: { RuleOrder: 'STRICT_ORDER' },
    },
  });
});

test('UDP, ICMP and other ports are dropped with their first packet', () => {
  template.hasResourceProperties('AWS::NetworkFirewall::RuleGroup', {
    RuleGroup: {
      RulesSource: {
        RulesString: [
          'drop udp $HOME_NET any -> any any (msg:"UDP may not leave"; sid:1;)',
          'drop icmp $HOME_NET any -> any any (msg:"ICMP may not leave"; sid:2;)',
          'drop tcp $HOME_NET any -> any !443 (msg:"only TCP port 443 may leave"; flow:to_server; sid:3;)',
        ].join('\n'),
      },
      StatefulRuleOptions: { RuleOrder: 'STRICT_ORDER' },
    },
  });
});

test('every name is its own and valid', () => {
  const names = ['Firewall', 'FirewallPolicy', 'RuleGroup'].flatMap((type) =>
    Object.values(template.findResources(`AWS::NetworkFirewall::${type}`)).map(
      ({ Properties }) =>
        (Properties.FirewallName ?? Properties.FirewallPolicyName ?? Properties.RuleGroupName) as string,
    ),
  );
  expect(new Set(names).size).toBe(6);
  for (const name of names) {
    expect(name).toMatch(/^[a-zA-Z0-9-]{1,128}$/);
  }
});

describe('the names of the firewalls', () => {
  const namesWith = (ipAddresses?: ec2.IIpAddresses, domain = 'github.com'): string[] => {
    const { template: other } = newNetwork({ egress: Egress.allowList([domain]), ipAddresses });
    return Object.values(other.findResources('AWS::NetworkFirewall::Firewall')).map(
      ({ Properties }) => Properties.FirewallName as string,
    );
  };
  const pool = (ipv4IpamPoolId: string): ec2.IIpAddresses =>
    ec2.IpAddresses.awsIpamAllocation({ ipv4IpamPoolId, ipv4NetmaskLength: 20, defaultSubnetIpv4NetmaskLength: 24 });

  test('stay while the VPC stays', () => {
    expect(namesWith(undefined, 'example.com')).toEqual(namesWith());
    expect(namesWith(pool('ipam-pool-1'))).toEqual(namesWith(pool('ipam-pool-1')));
  });

  test.each([
    ['other addresses', ec2.IpAddresses.cidr('10.1.0.0/16'), undefined],
    ['another pool', pool('ipam-pool-1'), pool('ipam-pool-2')],
  ])('change with %s, which replace the VPC', (_what, before, after) => {
    const present = namesWith(before);
    expect(namesWith(after).filter((name) => present.includes(name))).toEqual([]);
  });
});

test('the alerts are at hand', () => {
  expect(network.alertLogGroup).toBeDefined();
});
