import * as efs from 'aws-cdk-lib/aws-efs';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Filesystem, mixins } from '../../lib';
import { Fixture, messages, NPM, resource, thrownBy } from '../fixture';

const ENV = { env: { account: '111122223333', region: 'eu-central-1' } };

function efsStatements(readOnly?: boolean): any[] {
  const fixture = new Fixture();
  fixture.agent({ filesystems: [Filesystem.fromEfsAccessPoint(fixture.efsAccessPoint(), '/mnt/cache', { readOnly })] });
  const policy = resource(fixture.template(), 'AWS::IAM::ManagedPolicy', 'Claude');
  return policy.Properties.PolicyDocument.Statement.filter((s: any) =>
    JSON.stringify(s.Action).includes('elasticfilesystem:'),
  );
}

describe('an EFS mount', () => {
  test('may read and write by default, through its access point and no other way', () => {
    const [mount, describeRights, never, notPast, ...others] = efsStatements();
    expect(mount.Action).toEqual(['elasticfilesystem:ClientMount', 'elasticfilesystem:ClientWrite']);
    expect(Object.keys(mount.Condition.ArnEquals)).toEqual(['elasticfilesystem:AccessPointArn']);
    expect(mount.Resource['Fn::GetAtt'][1]).toBe('Arn');
    expect(describeRights.Action).toEqual([
      'elasticfilesystem:DescribeAccessPoints',
      'elasticfilesystem:DescribeMountTargets',
    ]);
    expect(never).toMatchObject({
      Effect: 'Deny',
      Action: 'elasticfilesystem:ClientRootAccess',
      Resource: mount.Resource,
    });
    const Condition = { ArnNotEquals: mount.Condition.ArnEquals };
    expect(notPast).toEqual({ Effect: 'Deny', Action: mount.Action, Resource: mount.Resource, Condition });
    expect(others).toEqual([]);
  });

  test('that is read-only is denied writing, since the policy of the file system may allow it to everyone', () => {
    const [mount, , , , denyWrite] = efsStatements(true);
    expect(mount.Action).toBe('elasticfilesystem:ClientMount');
    expect(denyWrite).toEqual({ ...mount, Effect: 'Deny', Action: 'elasticfilesystem:ClientWrite' });
  });

  test('two mounts of one file system share what is denied, also when a mixin adds the second', () => {
    const fixture = new Fixture();
    const cache = fixture.efs();
    const agent = fixture.agent({
      filesystems: [Filesystem.fromEfsAccessPoint(cache.addAccessPoint('A', NPM), '/mnt/a')],
    });
    const second = Filesystem.fromEfsAccessPoint(cache.addAccessPoint('B', NPM), '/mnt/b', { readOnly: true });
    agent.runtime.with(new mixins.RuntimeFilesystems([second], { grantee: agent }));
    const { Statement } = resource(fixture.template(), 'AWS::IAM::ManagedPolicy', 'ClaudePolicy').Properties
      .PolicyDocument;
    const past = Statement.find((s: any) => s.Condition?.ArnNotEquals !== undefined);
    expect(past.Condition.ArnNotEquals['elasticfilesystem:AccessPointArn']).toHaveLength(2);
  });

  test.each([
    [{ actions: ['elasticfilesystem:ClientMount'], principals: [new iam.AnyPrincipal()] }, true],
    [{ actions: ['elasticfilesystem:*'], principals: [new iam.StarPrincipal()] }, true],
    [{ actions: ['elasticfilesystem:ClientMount'], principals: [new iam.AccountRootPrincipal()] }, false],
    [
      {
        actions: ['elasticfilesystem:ClientMount'],
        principals: [new iam.AnyPrincipal()],
        conditions: { StringEquals: { 'aws:PrincipalAccount': '111122223333' } },
      },
      false,
    ],
  ])('of a file system with the policy %j: refused is %s', (statement, refused) => {
    const fixture = new Fixture();
    const fileSystemPolicy = new iam.PolicyDocument({ statements: [new iam.PolicyStatement(statement)] });
    const accessPoint = fixture.efsAccessPoint('Cache', { fileSystemPolicy, allowAnonymousAccess: true });
    fixture.agent({ filesystems: [Filesystem.fromEfsAccessPoint(accessPoint, '/mnt/cache')] });
    const check = expect(() => fixture.template());
    return refused ? check.toThrow(/a policy that allows ClientMount to everyone/) : check.not.toThrow();
  });

  test('of an imported file system brings a warning, since its policy is not known', () => {
    const fixture = new Fixture();
    const fileSystem = efs.FileSystem.fromFileSystemAttributes(fixture.stack, 'Fs', {
      fileSystemId: 'fs-0123456789abcdef0',
      securityGroup: fixture.group,
    });
    const attributes = { accessPointId: 'fsap-0123456789abcdef0', fileSystem };
    const accessPoint = efs.AccessPoint.fromAccessPointAttributes(fixture.stack, 'Ap', attributes);
    fixture.agent({ filesystems: [Filesystem.fromEfsAccessPoint(accessPoint, '/mnt/cache')] });
    expect(messages(fixture).join()).toContain(
      'is imported, so it is not known whether it refuses clients without IAM',
    );
  });

  test('with a mount target in one of two zones brings a warning', () => {
    const fixture = new Fixture();
    const vpcSubnets = { subnets: [fixture.vpc.privateSubnets[0]] };
    fixture.agent({
      filesystems: [Filesystem.fromEfsAccessPoint(fixture.efsAccessPoint('Cache', { vpcSubnets }), '/mnt/cache')],
    });
    expect(messages(fixture).join()).toContain(`mounted at '/mnt/cache' has no mount target in`);
  });

  test('works for an imported access point that knows its file system', () => {
    const fixture = new Fixture({ stackProps: ENV });
    const fileSystem = efs.FileSystem.fromFileSystemAttributes(fixture.stack, 'Fs', {
      fileSystemId: 'fs-0123456789abcdef0',
      securityGroup: fixture.group,
    });
    const accessPoint = efs.AccessPoint.fromAccessPointAttributes(fixture.stack, 'Ap', {
      accessPointId: 'fsap-0123456789abcdef0',
      fileSystem,
    });
    fixture.agent({ filesystems: [Filesystem.fromEfsAccessPoint(accessPoint, '/mnt/cache')] });
    expect(JSON.stringify(resource(fixture.template(), 'AWS::IAM::ManagedPolicy', 'Claude'))).toContain(
      'fs-0123456789abcdef0',
    );
  });

  test.each([
    [{ encrypted: false }, `is not encrypted (got 'encrypted: false'); allowed: encrypted: true`],
    [
      { allowAnonymousAccess: true },
      `lets any client that reaches TCP 2049 mount all of it without IAM (got 'no file-system policy')`,
    ],
  ])('refuses a file system with %j', (props, text) => {
    const fixture = new Fixture();
    const accessPoint = fixture.efsAccessPoint('Cache', props);
    fixture.agent({ filesystems: [Filesystem.fromEfsAccessPoint(accessPoint, '/mnt/cache')] });
    expect(thrownBy(() => fixture.template()).text).toContain(text);
  });

  test('accepts a file system with a policy of its own', () => {
    const fixture = new Fixture();
    const fileSystemPolicy = new iam.PolicyDocument({
      statements: [
        new iam.PolicyStatement({
          actions: ['elasticfilesystem:ClientMount'],
          principals: [new iam.AccountRootPrincipal()],
        }),
      ],
    });
    fixture.agent({
      filesystems: [Filesystem.fromEfsAccessPoint(fixture.efsAccessPoint('Cache', { fileSystemPolicy }), '/mnt/cache')],
    });
    expect(() => fixture.template()).not.toThrow();
  });

  test('warns of an access point that opens all of the file system', () => {
    const fixture = new Fixture();
    const open = fixture.efs('Open').addAccessPoint('All');
    const cfn = open.node.defaultChild as efs.CfnAccessPoint;
    cfn.posixUser = undefined;
    fixture.agent({ filesystems: [Filesystem.fromEfsAccessPoint(open, '/mnt/cache')] });
    expect(messages(fixture).join()).toContain(
      'has no POSIX user or no directory of its own, so the agent sees the whole file system',
    );
  });
});
