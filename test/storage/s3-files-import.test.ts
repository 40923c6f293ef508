import type { Stack } from 'aws-cdk-lib';
import { CfnParameter } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Dependable } from 'constructs';
import { S3FilesAccessPoint } from '../../lib/storage/s3-files/access-point';
import { S3FilesFileSystem } from '../../lib/storage/s3-files/file-system';
import { mountStatements } from '../../lib/storage/s3-files/grants';
import { makeStack, strictly } from './s3-files-fixture';

const ID = 'fs-0123456789abcdef0';
const ARN = `arn:aws:s3files:eu-west-1:222222222222:file-system/${ID}`;
const ACCESS_POINT_ARN = `${ARN}/access-point/fsap-0123456789abcdef0`;

const importById = (scope: Stack) =>
  S3FilesFileSystem.fromS3FilesFileSystemAttributes(scope, 'Files', { fileSystemId: ID });
const importByArn = (scope: Stack) =>
  S3FilesFileSystem.fromS3FilesFileSystemAttributes(scope, 'Files', { fileSystemArn: ARN });

describe('a file system', () => {
  test('by id belongs to the stack', () => {
    const { stack } = makeStack({ account: '111111111111', region: 'us-east-1' });
    const files = importById(stack);
    expect(files.fileSystemId).toBe(ID);
    expect(stack.resolve(files.fileSystemArn)).toEqual({
      'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:s3files:us-east-1:111111111111:file-system/${ID}`]],
    });
    expect(files.env).toEqual({ account: '111111111111', region: 'us-east-1' });
  });

  test('by ARN keeps its account and region', () => {
    const { stack } = makeStack();
    const files = importByArn(stack);
    expect([files.fileSystemId, files.fileSystemArn]).toEqual([ID, ARN]);
    expect(files.env).toEqual({ account: '222222222222', region: 'eu-west-1' });
  });

  test('by an ARN known at deployment is cut then', () => {
    const { stack } = makeStack();
    const fileSystemArn = new CfnParameter(stack, 'Arn').valueAsString;
    const files = S3FilesFileSystem.fromS3FilesFileSystemAttributes(stack, 'Files', { fileSystemArn });
    expect(stack.resolve(files.fileSystemId)).toEqual({
      'Fn::Select': [1, { 'Fn::Split': ['/', { Ref: 'Arn' }] }],
    });
  });

  test('with a security group opens TCP 2049 on it, and knows its VPC', () => {
    const { stack, network } = makeStack();
    const securityGroup = ec2.SecurityGroup.fromSecurityGroupId(stack, 'Targets', 'sg-0123456789abcdef0');
    const files = S3FilesFileSystem.fromS3FilesFileSystemAttributes(stack, 'Files', {
      fileSystemId: ID,
      securityGroup,
      vpc: network.vpc,
    });
    files.connections.allowDefaultPortFrom(network);
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      GroupId: 'sg-0123456789abcdef0',
      FromPort: 2049,
      ToPort: 2049,
    });
    expect(files.vpc).toBe(network.vpc);
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test('without a security group says so', () => {
    const { stack } = makeStack();
    expect(importById(stack).vpc).toBeUndefined();
    Annotations.fromStack(stack).hasWarning(
      '/Stack/Files',
      Match.stringLikeRegexp('security group of the mount targets is not known.*s3FilesSecurityGroupUnknown'),
    );
  });

  test('waits for nothing', () => {
    const { stack } = makeStack();
    expect(Dependable.of(importById(stack).mountTargetsAvailable).dependencyRoots).toEqual([]);
  });

  test.each([
    ['neither by id nor by ARN', {}],
    ['by id and by ARN', { fileSystemId: ID, fileSystemArn: ARN }],
  ])('named %s is refused', (how, attrs) => {
    const { stack } = makeStack();
    expect(() => S3FilesFileSystem.fromS3FilesFileSystemAttributes(stack, 'Files', attrs)).toThrow(
      `file system 'Files' is named ${how}; allowed: one of fileSystemId and fileSystemArn; give the ARN where you have both`,
    );
  });

  test.each([
    ['fileSystemId', 'fs-123', "'fs-' and 17 to 40 hexadecimal digits"],
    ['fileSystemId', ARN, "'fs-' and 17 to 40 hexadecimal digits"],
    ['fileSystemArn', 'arn:aws:s3:::bucket', 'arn:aws:s3files:<region>:<account>:file-system/fs-...'],
    [
      'fileSystemArn',
      ARN.replace('s3files', 'elasticfilesystem'),
      'arn:aws:s3files:<region>:<account>:file-system/fs-...',
    ],
    ['fileSystemArn', ACCESS_POINT_ARN, 'arn:aws:s3files:<region>:<account>:file-system/fs-...'],
  ])('whose %s is %s is refused', (prop, value, allowed) => {
    const { stack } = makeStack();
    expect(() => S3FilesFileSystem.fromS3FilesFileSystemAttributes(stack, 'Files', { [prop]: value })).toThrow(
      `${prop} does not name a resource of S3 Files (got '${value}'); allowed: ${allowed}; a bucket, an S3 access point and an EFS file system are other things; look at \`aws s3files list-file-systems\``,
    );
  });
});

describe('an access point', () => {
  test('has the id of its ARN, and the same statements as one of ours', () => {
    const { stack } = makeStack();
    const accessPoint = S3FilesAccessPoint.fromS3FilesAccessPointAttributes(stack, 'Read', {
      accessPointArn: ACCESS_POINT_ARN,
      fileSystem: importByArn(stack),
    });
    expect([accessPoint.accessPointArn, accessPoint.accessPointId]).toEqual([
      ACCESS_POINT_ARN,
      'fsap-0123456789abcdef0',
    ]);
    expect(accessPoint.env).toEqual({ account: '222222222222', region: 'eu-west-1' });
    expect(mountStatements(accessPoint, {})[0].toStatementJson()).toMatchObject({
      Resource: ARN,
      Condition: { ArnEquals: { 's3files:AccessPointArn': ACCESS_POINT_ARN } },
    });
  });

  test('by an ARN known at deployment is cut then', () => {
    const { stack } = makeStack();
    const accessPoint = S3FilesAccessPoint.fromS3FilesAccessPointAttributes(stack, 'Read', {
      accessPointArn: new CfnParameter(stack, 'Arn').valueAsString,
      fileSystem: importByArn(stack),
    });
    expect(stack.resolve(accessPoint.accessPointId)).toEqual({
      'Fn::Select': [3, { 'Fn::Split': ['/', { Ref: 'Arn' }] }],
    });
  });

  test.each(['arn:aws:s3:eu-west-1:222222222222:accesspoint/mine', ARN, 'fsap-0123456789abcdef0'])(
    'cannot be %s',
    (accessPointArn) => {
      const { stack } = makeStack();
      const fileSystem = importByArn(stack);
      expect(() =>
        S3FilesAccessPoint.fromS3FilesAccessPointAttributes(stack, 'Read', { accessPointArn, fileSystem }),
      ).toThrow(
        `accessPointArn does not name a resource of S3 Files (got '${accessPointArn}'); allowed: arn:aws:s3files:<region>:<account>:file-system/fs-.../access-point/fsap-...;`,
      );
    },
  );

  test('of another file system is refused', () => {
    const { stack } = makeStack();
    const accessPointArn = ACCESS_POINT_ARN.replace(ID, 'fs-ffffffffffffffff0');
    const fileSystem = importByArn(stack);
    expect(() =>
      S3FilesAccessPoint.fromS3FilesAccessPointAttributes(stack, 'Read', { accessPointArn, fileSystem }),
    ).toThrow(
      `access point 'Read' belongs to another file system than the one given (got '${accessPointArn}'); allowed: an access point of ${ID}; import fs-ffffffffffffffff0 and give it as \`fileSystem\``,
    );
  });
});

test('CloudFormation has nothing to say', () => {
  strictly((stack, network) => {
    const securityGroup = ec2.SecurityGroup.fromSecurityGroupId(stack, 'Targets', 'sg-0123456789abcdef0');
    const files = S3FilesFileSystem.fromS3FilesFileSystemAttributes(stack, 'Files', {
      fileSystemArn: ARN,
      securityGroup,
    });
    files.connections.allowDefaultPortFrom(network);
    new S3FilesAccessPoint(stack, 'Read', { fileSystem: files, path: '/skills' });
  });
});

test.each([
  ['grantRead', false],
  ['grantReadWrite', true],
] as const)('%s of an imported access point works as of one of ours', (grant, writes) => {
  const { stack } = makeStack();
  const fileSystem = importByArn(stack);
  const attributes = { accessPointArn: ACCESS_POINT_ARN, fileSystem };
  const accessPoint = S3FilesAccessPoint.fromS3FilesAccessPointAttributes(stack, 'Ap', attributes);
  const role = new iam.Role(stack, 'Client', { assumedBy: new iam.AccountRootPrincipal() });
  expect(accessPoint[grant](role).success).toBe(true);
  const text = JSON.stringify(Template.fromStack(stack).findResources('AWS::IAM::Policy'));
  expect(text).toContain('s3files:ClientMount');
  expect(text.includes('s3files:ClientWrite')).toBe(writes);
});
