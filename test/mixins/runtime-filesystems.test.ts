import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Lazy, Stack } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Filesystem, mixins } from '../../lib';
import { Fixture, messages, networkOf, NPM, resource, thrownBy } from '../fixture';

const RUNTIME = 'AWS::BedrockAgentCore::Runtime';
const MOUNTS = [Filesystem.sessionStorage('/mnt/workspace')];

function l2Runtime(fixture: Fixture, props: Partial<agentcore.RuntimeProps> = {}): agentcore.Runtime {
  return new agentcore.Runtime(fixture.stack, 'Own', {
    agentRuntimeArtifact: agentcore.AgentRuntimeArtifact.fromEcrRepository(fixture.repository, '1'),
    networkConfiguration: agentcore.RuntimeNetworkConfiguration.usingVpc(fixture.stack, {
      vpc: fixture.vpc,
      securityGroups: [fixture.group],
    }),
    ...props,
  });
}

function l1Runtime(fixture: Fixture, props: Partial<agentcore.CfnRuntimeProps> = {}): agentcore.CfnRuntime {
  return new agentcore.CfnRuntime(fixture.stack, 'Own', {
    agentRuntimeName: 'own',
    agentRuntimeArtifact: {
      containerConfiguration: { containerUri: '111122223333.dkr.ecr.eu-central-1.amazonaws.com/x:1' },
    },
    networkConfiguration: {
      networkMode: 'VPC',
      networkModeConfig: { subnets: ['subnet-1'], securityGroups: ['sg-1'] },
    },
    roleArn: 'arn:aws:iam::111122223333:role/own',
    ...props,
  });
}

describe('on the L2 runtime', () => {
  test('mounts, grants to its role, opens its group and waits for the mount targets', () => {
    const fixture = new Fixture();
    const accessPoint = fixture.efsAccessPoint();
    l2Runtime(fixture).with(
      new mixins.RuntimeFilesystems([...MOUNTS, Filesystem.fromEfsAccessPoint(accessPoint, '/mnt/cache/')]),
    );
    const template = fixture.template();
    const runtime = resource(template, RUNTIME);
    expect(runtime.Properties.FilesystemConfigurations).toEqual([
      { SessionStorage: { MountPath: '/mnt/workspace' } },
      { EfsAccessPoint: { AccessPointArn: expect.anything(), MountPath: '/mnt/cache' } },
    ]);
    expect(runtime.DependsOn.filter((id: string) => id.includes('EfsMountTarget'))).toHaveLength(2);
    expect(JSON.stringify(resource(template, 'AWS::IAM::Policy', 'Own'))).toContain('elasticfilesystem:ClientMount');
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      FromPort: 2049,
      ToPort: 2049,
      IpProtocol: 'tcp',
    });
    template.hasResourceProperties('AWS::EC2::SecurityGroupEgress', {
      FromPort: 2049,
      ToPort: 2049,
      IpProtocol: 'tcp',
    });
    expect(messages(fixture)).toEqual([]);
  });

  test('adds to what is mounted already', () => {
    const fixture = new Fixture();
    const runtime = l2Runtime(fixture).with(new mixins.RuntimeFilesystems(MOUNTS));
    runtime.with(
      new mixins.RuntimeFilesystems([Filesystem.fromEfsAccessPoint(fixture.efsAccessPoint(), '/mnt/cache')]),
    );
    expect(resource(fixture.template(), RUNTIME).Properties.FilesystemConfigurations).toHaveLength(2);
  });

  test('refuses a path that an earlier mixin took', () => {
    const runtime = l2Runtime(new Fixture()).with(new mixins.RuntimeFilesystems(MOUNTS));
    expect(
      thrownBy(() => runtime.with(new mixins.RuntimeFilesystems([Filesystem.sessionStorage('/mnt/two')]))).code,
    ).toBe('TooManyFilesystemsOfKind');
  });

  test('refuses shared file systems on the public network', () => {
    const fixture = new Fixture();
    const runtime = l2Runtime(fixture, { networkConfiguration: undefined });
    const mount = new mixins.RuntimeFilesystems([
      Filesystem.fromEfsAccessPoint(fixture.efsAccessPoint(), '/mnt/cache'),
    ]);
    expect(thrownBy(() => runtime.with(mount)).code).toBe('FilesystemNeedsVpc');
  });

  test('warns when the role takes no rights', () => {
    const fixture = new Fixture();
    const executionRole = iam.Role.fromRoleArn(fixture.stack, 'Role', 'arn:aws:iam::111122223333:role/x', {
      mutable: false,
    });
    const mount = new mixins.RuntimeFilesystems([
      Filesystem.fromEfsAccessPoint(fixture.efsAccessPoint(), '/mnt/cache'),
    ]);
    l2Runtime(fixture, { executionRole }).with(mount);
    expect(messages(fixture).join()).toContain(
      `the right to mount '/mnt/cache' could not be granted, invocations will fail with HTTP 424 (got 'a role that cannot be changed'); give the role elasticfilesystem:ClientMount`,
    );
  });
});

describe('on the L1 runtime', () => {
  test('mounts, and warns of what it cannot wire', () => {
    const fixture = new Fixture();
    l1Runtime(fixture).with(
      new mixins.RuntimeFilesystems([Filesystem.fromEfsAccessPoint(fixture.efsAccessPoint(), '/mnt/cache')]),
    );
    expect(resource(fixture.template(), RUNTIME).Properties.FilesystemConfigurations).toHaveLength(1);
    const text = messages(fixture).join();
    expect(text).toContain(`(got 'a runtime whose role is not known')`);
    expect(text).toContain(`(got 'a runtime whose security groups are not known'); allow TCP 2049`);
  });

  test('wires what it is told', () => {
    const fixture = new Fixture();
    const grantee = new iam.Role(fixture.stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
    const mount = Filesystem.fromEfsAccessPoint(fixture.efsAccessPoint(), '/mnt/cache', { readOnly: true });
    l1Runtime(fixture).with(new mixins.RuntimeFilesystems([mount], { grantee, connections: fixture.group }));
    const template = fixture.template();
    const [allow, , , , deny] = resource(template, 'AWS::IAM::Policy', 'Role').Properties.PolicyDocument.Statement;
    expect(allow.Action).toBe('elasticfilesystem:ClientMount');
    expect(deny).toMatchObject({ Effect: 'Deny', Action: 'elasticfilesystem:ClientWrite' });
    expect(resource(template, RUNTIME).DependsOn.some((id: string) => id.startsWith('RoleDefaultPolicy'))).toBe(true);
    expect(messages(fixture)).toEqual([]);
  });

  test('refuses mounts that are known only at deployment', () => {
    const runtime = l1Runtime(new Fixture(), {
      filesystemConfigurations: Lazy.any({ produce: () => ({ Ref: 'Mounts' }) }),
    });
    const error = thrownBy(() => runtime.with(new mixins.RuntimeFilesystems(MOUNTS)));
    expect(error.code).toBe('FilesystemsNotLiteral');
    expect(error.text).toContain('allowed: a literal list; give all of them to one RuntimeFilesystems mixin');
  });
});

test('supports runtimes only', () => {
  const fixture = new Fixture();
  const mixin = new mixins.RuntimeFilesystems(MOUNTS);
  expect(mixin.supports(l1Runtime(fixture))).toBe(true);
  expect(mixin.supports(fixture.group.node.defaultChild!)).toBe(false);
});

describe('the rules between the groups', () => {
  const PORT = { FromPort: 2049, ToPort: 2049 };

  /** network, file system and agent in stacks of their own, in any combination */
  function build(efsIn: 'Net' | 'Efs' | 'Agents', ownGroupIn?: 'Groups' | 'Agents') {
    const fixture = new Fixture();
    const net = new Stack(fixture.app, 'Net');
    const vpc = new ec2.Vpc(net, 'Vpc', { maxAzs: 2, natGateways: 1 });
    const shared = new ec2.SecurityGroup(net, 'Shared', { vpc, allowAllOutbound: false });
    const home = { Net: net, Efs: new Stack(fixture.app, 'Efs'), Agents: fixture.stack }[efsIn];
    const accessPoint = new efs.FileSystem(home, 'Cache', { vpc }).addAccessPoint('Npm', NPM);
    const groups = { Groups: new Stack(fixture.app, 'Groups'), Agents: fixture.stack };
    const own = ownGroupIn && [new ec2.SecurityGroup(groups[ownGroupIn], 'Own', { vpc, allowAllOutbound: false })];
    fixture.agent({
      network: networkOf(vpc, [shared]),
      securityGroups: own,
      filesystems: [Filesystem.fromEfsAccessPoint(accessPoint, '/mnt/cache')],
    });
    const assembly = fixture.app.synth();
    return (name: string) => assembly.getStackByName(name);
  }

  test.each<['Net' | 'Efs' | 'Agents', 'Groups' | 'Agents' | undefined]>([
    ['Net', undefined],
    ['Net', 'Agents'],
    ['Net', 'Groups'],
    ['Efs', undefined],
    ['Efs', 'Agents'],
    ['Efs', 'Groups'],
    ['Agents', undefined],
    ['Agents', 'Agents'],
    ['Agents', 'Groups'],
  ])('file system in %s, own group in %s: the network depends on nobody', (efsIn, ownGroupIn) => {
    const stack = build(efsIn, ownGroupIn);
    expect(stack('Net').dependencies.filter((d) => d.id !== 'Net.assets')).toEqual([]);
    const rules = ['Net', 'Efs', 'Groups', 'Agents']
      .flatMap((name) => Object.values<any>(stack(name).template.Resources ?? {}))
      .filter(
        ({ Type, Properties }) => /SecurityGroup(In|E)gress$/.test(Type) && Properties.FromPort === PORT.FromPort,
      );
    expect(rules.map(({ Type }) => Type).sort()).toEqual([
      'AWS::EC2::SecurityGroupEgress',
      'AWS::EC2::SecurityGroupIngress',
    ]);
  });

  test('a group that cannot be changed brings a warning', () => {
    const fixture = new Fixture();
    const frozen = ec2.SecurityGroup.fromSecurityGroupId(fixture.stack, 'Frozen', 'sg-12345678', {
      mutable: false,
      allowAllOutbound: false,
    });
    fixture.agent({
      securityGroups: [frozen],
      filesystems: [Filesystem.fromEfsAccessPoint(fixture.efsAccessPoint(), '/mnt/cache')],
    });
    expect(messages(fixture).join()).toContain(`(got 'an imported security group that is not mutable')`);
  });

  test('an imported group that may be changed gets its rule', () => {
    const fixture = new Fixture();
    const imported = ec2.SecurityGroup.fromSecurityGroupId(fixture.stack, 'Imported', 'sg-12345678', {
      allowAllOutbound: false,
    });
    fixture.agent({
      securityGroups: [imported],
      filesystems: [Filesystem.fromEfsAccessPoint(fixture.efsAccessPoint(), '/mnt/cache')],
    });
    fixture.template().hasResourceProperties('AWS::EC2::SecurityGroupEgress', { GroupId: 'sg-12345678', ...PORT });
    expect(messages(fixture)).toEqual([]);
  });
});

test('tripwire: the L2 still has no file systems; delete the mixin and use its prop when this fails', () => {
  const types = readFileSync(
    join(dirname(require.resolve('aws-cdk-lib')), 'aws-bedrockagentcore/lib/runtime/runtime.d.ts'),
    'utf8',
  );
  expect(types).not.toMatch(/filesystem/i);
});
