import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as efs from 'aws-cdk-lib/aws-efs';
import { AgentNetwork } from '../../lib/network/agent-network';
import { Egress } from '../../lib/network/egress';
import { IRELAND, MODES, newNetwork, newStack } from './helpers';

function zoneIdsOf(template: Template): unknown[] {
  const subnets = Object.values(template.findResources('AWS::EC2::Subnet'));
  for (const subnet of subnets) {
    expect(subnet.Properties.AvailabilityZone).toBeUndefined();
  }
  return subnets.map((subnet) => subnet.Properties.AvailabilityZoneId as unknown);
}

test.each([
  ['us-east-1', 3, ['use1-az1', 'use1-az2', 'use1-az4']],
  ['us-west-1', 2, ['usw1-az1', 'usw1-az3']],
  ['ca-central-1', 3, ['cac1-az1', 'cac1-az2', 'cac1-az4']],
  ['ap-northeast-1', 3, ['apne1-az1', 'apne1-az2', 'apne1-az4']],
  ['eu-west-1', 3, ['euw1-az1', 'euw1-az2', 'euw1-az3']],
  ['us-gov-west-1', 2, ['usgw1-az1', 'usgw1-az2']],
])('%s: literal ids', (region, maxAzs, expected) => {
  const { template } = newNetwork({ maxAzs }, { region });
  expect(zoneIdsOf(template)).toEqual(expected);
  expect(template.toJSON().Mappings).toBeUndefined();
});

test('an environment-agnostic stack finds the ids by its region', () => {
  const { template } = newNetwork();
  const [mappingId, mapping] = Object.entries(template.findMappings('*'))[0];
  expect(zoneIdsOf(template)).toEqual(
    ['First', 'Second'].map((column) => ({ 'Fn::FindInMap': [mappingId, { Ref: 'AWS::Region' }, column] })),
  );
  expect(Object.keys(mapping)).toHaveLength(22);
  expect(mapping['us-east-1']).toEqual({ First: 'use1-az1', Second: 'use1-az2' });
  expect(mapping['us-west-1']).toEqual({ First: 'usw1-az1', Second: 'usw1-az3' });
});

test('with three zones, a region that has two is left out of the mapping', () => {
  const { template } = newNetwork({ maxAzs: 3 });
  const [mapping] = Object.values(template.findMappings('*'));
  expect(mapping['us-west-1']).toBeUndefined();
  expect(mapping['us-east-1']).toEqual({ First: 'use1-az1', Second: 'use1-az2', Third: 'use1-az4' });
});

test('fails in a region without AgentCore and lists the others', () => {
  expect(() => newNetwork({}, { region: 'eu-central-2' })).toThrow(
    /AgentCore runs no agents in a VPC of this region \(as of [\d-]+\) \(got 'eu-central-2'\); allowed: ap-northeast-1, .*us-west-2; deploy the stack to one of these regions/,
  );
});

test('fails for more zones than a region has', () => {
  expect(() => newNetwork({ maxAzs: 3 }, { region: 'us-west-1' })).toThrow(
    'AgentCore supports only 2 availability zones in us-west-1 (got 3); set maxAzs to 2',
  );
});

test.each(MODES)('%s: subnets of one number share a zone', (_mode, egress) => {
  const { template } = newNetwork({ egress: egress(), maxAzs: 3 }, IRELAND);
  const ids = zoneIdsOf(template);
  expect(ids).toEqual(ids.map((_, i) => `euw1-az${(i % 3) + 1}`));
});

describe.each(MODES)('%s in a stack with account and region', (_mode, egress) => {
  test('asks for no look-up', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack', { env: IRELAND });
    new AgentNetwork(stack, 'Network', { egress: egress() });
    const assembly = app.synth();
    expect(assembly.manifest.missing).toBeUndefined();
    expect(JSON.stringify(assembly.getStackByName('Stack').template)).not.toContain('dummy');
  });
});

describe('the zones of the stack', () => {
  test('are hidden only while the VPC is made', () => {
    const stack = newStack();
    new AgentNetwork(stack, 'Network');
    expect(Object.getOwnPropertyDescriptor(stack, 'availabilityZones')).toBeUndefined();
    expect(stack.availabilityZones).toHaveLength(2);
  });

  test('come back if the VPC cannot be made', () => {
    const stack = newStack();
    const tooSmall = { egress: Egress.internet(), ipAddresses: ec2.IpAddresses.cidr('10.0.0.0/28') };
    expect(() => new AgentNetwork(stack, 'Network', tooSmall)).toThrow();
    expect(stack.node.tryFindChild('Network')?.node.tryFindChild('Vpc')).toBeDefined();
    expect(Object.getOwnPropertyDescriptor(stack, 'availabilityZones')).toBeUndefined();
  });

  test('keep what the user has set on the stack', () => {
    const stack = newStack();
    Object.defineProperty(stack, 'availabilityZones', { configurable: true, get: () => ['mine-1a', 'mine-1b'] });
    new AgentNetwork(stack, 'Network');
    expect(stack.availabilityZones).toEqual(['mine-1a', 'mine-1b']);
  });
});

describe('zone names', () => {
  test('are read back from the subnets', () => {
    const stack = newStack(IRELAND);
    const { vpc } = new AgentNetwork(stack, 'Network', { egress: Egress.internet() });
    const template = Template.fromStack(stack);
    const names = stack.resolve(vpc.availabilityZones) as { 'Fn::GetAtt': [string, string] }[];
    names.forEach(({ 'Fn::GetAtt': [id, attribute] }, i) => {
      expect(attribute).toBe('AvailabilityZone');
      expect(template.findResources('AWS::EC2::Subnet')[id].Properties.AvailabilityZoneId).toBe(`euw1-az${i + 1}`);
    });
    expect(stack.resolve(vpc.privateSubnets[1].availabilityZone)).toEqual(names[1]);
  });

  test('differ, so that one subnet per zone can be selected', () => {
    const { network } = newNetwork();
    expect(network.vpc.selectSubnets({ subnets: network.subnets, onePerAz: true }).subnets).toHaveLength(2);
  });

  test('serve a file system in another stack', () => {
    const app = new App();
    const network = new AgentNetwork(new Stack(app, 'NetworkStack', { env: IRELAND }), 'Network');
    const stack = new Stack(app, 'Agents', { env: IRELAND });
    new efs.FileSystem(stack, 'Cache', { vpc: network.vpc, vpcSubnets: { subnets: network.subnets } });
    Template.fromStack(stack).resourceCountIs('AWS::EFS::MountTarget', 2);
    expect(app.synth().manifest.missing).toBeUndefined();
  });
});
