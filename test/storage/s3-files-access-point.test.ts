import { Lazy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as iam from 'aws-cdk-lib/aws-iam';
import { S3FilesAccessPoint } from '../../lib/storage/s3-files/access-point';
import { S3FilesFileSystem } from '../../lib/storage/s3-files/file-system';
import { mountStatements } from '../../lib/storage/s3-files/grants';
import { makeFileSystem, resourcesOf, strictly } from './s3-files-fixture';

const ACCESS_POINT = 'AWS::S3Files::AccessPoint';

test("opens a directory as the agents' user, and makes it for that user alone", () => {
  const { stack, files } = makeFileSystem();
  const accessPoint = files.addAccessPoint('Read', { path: '/team/skills' });
  const [[id, { Properties }]] = resourcesOf(stack, ACCESS_POINT);
  expect(Properties).toEqual({
    FileSystemId: stack.resolve(files.fileSystemId),
    PosixUser: { Uid: '1000', Gid: '1000' },
    RootDirectory: {
      Path: '/team/skills',
      CreationPermissions: { OwnerUid: '1000', OwnerGid: '1000', Permissions: '750' },
    },
  });
  expect(accessPoint.fileSystem).toBe(files);
  expect(stack.resolve(accessPoint.accessPointArn)).toEqual({ 'Fn::GetAtt': [id, 'AccessPointArn'] });
  expect(stack.resolve(accessPoint.accessPointId)).toEqual({ 'Fn::GetAtt': [id, 'AccessPointId'] });
});

test('takes another user and mode', () => {
  const { stack, files } = makeFileSystem();
  files.addAccessPoint('Write', {
    path: '/',
    posixUser: { uid: '0', gid: '7', secondaryGids: ['8', '9'] },
    permissions: '2770',
  });
  Template.fromStack(stack).hasResourceProperties(ACCESS_POINT, {
    PosixUser: { Uid: '0', Gid: '7', SecondaryGids: ['8', '9'] },
    RootDirectory: { Path: '/', CreationPermissions: { OwnerUid: '0', OwnerGid: '7', Permissions: '2770' } },
  });
});

test('AGENT_USER fits EFS', () => {
  const { network, stack } = makeFileSystem();
  const cache = new efs.FileSystem(stack, 'Cache', { vpc: network.vpc });
  cache.addAccessPoint('Npm', { path: '/npm', posixUser: S3FilesAccessPoint.AGENT_USER });
  Template.fromStack(stack).hasResourceProperties('AWS::EFS::AccessPoint', { PosixUser: { Uid: '1000', Gid: '1000' } });
});

describe('the path', () => {
  test.each(['/', '/a', '/a/b/c/d', '/a b', '/a..b', `/${'a'.repeat(99)}`, Lazy.string({ produce: () => '/late' })])(
    'may be %s',
    (path) => {
      const { stack, files } = makeFileSystem();
      files.addAccessPoint('Read', { path });
      Template.fromStack(stack).hasResourceProperties(ACCESS_POINT, { RootDirectory: { Path: stack.resolve(path) } });
    },
  );

  test.each([
    ['', 'is empty', '/'],
    ['skills', 'does not start with a slash', '/skills'],
    [`/${'a'.repeat(100)}`, 'has 101 characters', `/${'a'.repeat(99)}`],
    ['/skills/', 'ends with a slash', '/skills'],
    ['//skills', 'holds two slashes in a row', '/skills'],
    ['/a//b', 'holds two slashes in a row', '/a/b'],
    ['/a/../b', "holds '.' or '..'", '/a/b'],
    ['/.', "holds '.' or '..'", '/'],
    ['/.git', 'holds a name that starts with a dot', '/git'],
    ['/a*', 'holds a character that is not allowed', '/a-'],
    ['/a/b/c/d/e', 'has 5 levels', '/a/b/c/d'],
  ])('may not be %s', (path, flaw, fix) => {
    const { files } = makeFileSystem();
    expect(() => files.addAccessPoint('Read', { path })).toThrow(
      `the path of an access point ${flaw} (got '${path}'); allowed: '/', or a slash and up to four names, at most 100 characters; names do not start with a dot and hold none of $ # < > ; \` | & ? { } ^ *; use '${fix}'`,
    );
  });
});

describe('the user', () => {
  const allowed = 'allowed: a decimal number from 0 to 4294967295, written as a string';

  test.each(['0', '1', '4294967295', Lazy.string({ produce: () => '5' })])('may have the id %s', (uid) => {
    const { files } = makeFileSystem();
    expect(() =>
      files.addAccessPoint('Read', { path: '/a', posixUser: { uid, gid: uid, secondaryGids: [uid] } }),
    ).not.toThrow();
  });

  test.each(['', '-1', '4294967296', '1.5', '007', 'node', ' 1'])('may not have the id %j', (bad) => {
    const { files } = makeFileSystem();
    const point = (posixUser: efs.PosixUser) => () => files.addAccessPoint('Read', { path: '/a', posixUser });
    expect(point({ uid: bad, gid: '1' })).toThrow(
      `uid of posixUser is not a POSIX id (got '${bad}'); ${allowed}; use the numbers of the user in the container, not its name`,
    );
    files.node.tryRemoveChild('Read');
    expect(point({ uid: '1', gid: bad })).toThrow(`gid of posixUser is not a POSIX id (got '${bad}')`);
    files.node.tryRemoveChild('Read');
    expect(point({ uid: '1', gid: '1', secondaryGids: ['2', bad] })).toThrow('a secondary group of posixUser is not');
  });

  test('has at most 16 secondary groups', () => {
    const groups = (count: number) => Array.from({ length: count }, (_, index) => `${index}`);
    const user = (count: number) => ({ uid: '1', gid: '1', secondaryGids: groups(count) });
    const { files } = makeFileSystem();
    expect(() => files.addAccessPoint('Read', { path: '/a', posixUser: user(16) })).not.toThrow();
    expect(() => files.addAccessPoint('Other', { path: '/a', posixUser: user(17) })).toThrow(
      'posixUser has too many secondary groups (got 17); allowed: at most 16; leave away the ones that own nothing in this directory',
    );
  });
});

test.each(['', '75', '88', '0o750', '07501', 'rwx'])('refuses the mode %j', (permissions) => {
  const { files } = makeFileSystem();
  expect(() => files.addAccessPoint('Read', { path: '/a', permissions })).toThrow(
    `permissions are not a file mode (got '${permissions}'); allowed: three or four octal digits, such as '750'; write them as chmod takes them, without '0o'`,
  );
});

describe('grants', () => {
  const setUp = () => {
    const { stack, files } = makeFileSystem();
    const accessPoint = files.addAccessPoint('Read', { path: '/skills' });
    const role = new iam.Role(stack, 'Client', { assumedBy: new iam.AccountRootPrincipal() });
    const fileSystemArn = stack.resolve(files.fileSystemArn);
    const accessPointArn = stack.resolve(accessPoint.accessPointArn);
    const rights = (mount: string | string[]) => [
      {
        Effect: 'Allow',
        Action: mount,
        Resource: fileSystemArn,
        Condition: { ArnEquals: { 's3files:AccessPointArn': accessPointArn } },
      },
      { Effect: 'Allow', Action: 's3files:GetAccessPoint', Resource: accessPointArn },
      {
        Effect: 'Allow',
        Action: ['s3files:GetFileSystem', 's3files:GetMountTarget', 's3files:ListMountTargets'],
        Resource: fileSystemArn,
      },
    ];
    return { stack, accessPoint, role, rights };
  };
  const granted = (stack: Stack) => resourcesOf(stack, 'AWS::IAM::Policy')[0][1].Properties.PolicyDocument.Statement;

  test('to read', () => {
    const { stack, accessPoint, role, rights } = setUp();
    expect(accessPoint.grantRead(role).success).toBe(true);
    expect(granted(stack)).toEqual(rights('s3files:ClientMount'));
  });

  test('to read and write', () => {
    const { stack, accessPoint, role, rights } = setUp();
    expect(accessPoint.grantReadWrite(role).success).toBe(true);
    expect(granted(stack)).toEqual(rights(['s3files:ClientMount', 's3files:ClientWrite']));
  });

  test.each([
    [{}, ['s3files:ClientMount', 's3files:ClientWrite']],
    [{ readOnly: false }, ['s3files:ClientMount', 's3files:ClientWrite']],
    [{ readOnly: true }, 's3files:ClientMount'],
  ])('as statements with %j', (options, mount) => {
    const { stack, accessPoint, rights } = setUp();
    const statements = mountStatements(accessPoint, options).map((statement) =>
      stack.resolve(statement.toStatementJson()),
    );
    expect(statements).toEqual(rights(mount));
  });
});

test('an access point of another stack takes only what it refers to', () => {
  const { stack, files } = makeFileSystem();
  const other = new Stack(stack.node.scope, 'Other');
  new S3FilesAccessPoint(other, 'Read', { fileSystem: files, path: '/skills' });
  Template.fromStack(other).resourceCountIs(ACCESS_POINT, 1);
  expect(other.dependencies).toEqual([stack]);
  expect(stack.dependencies).toEqual([]);
});

test('CloudFormation has nothing to say', () => {
  strictly((stack, network) => {
    const files = new S3FilesFileSystem(stack, 'Skills', { network });
    files.addAccessPoint('Plain', { path: `/${'a'.repeat(99)}` });
    const secondaryGids = Array.from({ length: 16 }, () => '4294967295');
    const full = { path: '/a/b/c/d', posixUser: { uid: '0', gid: '4294967295', secondaryGids }, permissions: '0777' };
    files
      .addAccessPoint('Full', full)
      .grantReadWrite(new iam.Role(stack, 'Client', { assumedBy: new iam.AccountRootPrincipal() }));
  });
});
