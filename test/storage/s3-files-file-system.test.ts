import { App, CfnOutput, CfnParameter, Duration, RemovalPolicy, Size, Stack, Tags } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Dependable } from 'constructs';
import { S3FilesFileSystem } from '../../lib/storage/s3-files/file-system';
import { TestNetwork, TestPublicNetwork, withSubnets } from './network-fixture';
import type { Resource } from './s3-files-fixture';
import { makeFileSystem, makeStack, resourcesOf, strictly } from './s3-files-fixture';

const FILE_SYSTEM = 'AWS::S3Files::FileSystem';
const MOUNT_TARGET = 'AWS::S3Files::MountTarget';

describe('the bucket', () => {
  test('is versioned, closed, TLS only, encrypted by S3, and loses old versions after 30 days', () => {
    const { stack } = makeFileSystem();
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::S3::Bucket', {
      VersioningConfiguration: { Status: 'Enabled' },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      LifecycleConfiguration: {
        Rules: [
          {
            Status: 'Enabled',
            NoncurrentVersionExpiration: { NoncurrentDays: 30 },
            ExpiredObjectDeleteMarker: true,
            AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
          },
        ],
      },
      LoggingConfiguration: Match.absent(),
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: [Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })],
      },
    });
  });

  test('takes a key, a log bucket and another life of old versions', () => {
    const { stack, network } = makeStack();
    new S3FilesFileSystem(stack, 'Skills', {
      network,
      encryptionKey: new kms.Key(stack, 'Key'),
      serverAccessLogsBucket: new s3.Bucket(stack, 'Logs'),
      noncurrentVersionExpiration: Duration.days(90),
    });
    Template.fromStack(stack).hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { BucketKeyEnabled: true, ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } },
        ],
      },
      LoggingConfiguration: { DestinationBucketName: { Ref: Match.stringLikeRegexp('^Logs') } },
      LifecycleConfiguration: { Rules: [Match.objectLike({ NoncurrentVersionExpiration: { NoncurrentDays: 90 } })] },
    });
  });

  test('can be one of the app, if it keeps versions', () => {
    const { stack, network } = makeStack();
    const bucket = new s3.Bucket(stack, 'Mine', { versioned: true });
    const files = new S3FilesFileSystem(stack, 'Skills', { network, bucket });
    expect(files.bucket).toBe(bucket);
    expect(resourcesOf(stack, 'AWS::S3::Bucket')).toHaveLength(1);
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test('without versions is refused', () => {
    const { stack, network } = makeStack();
    const bucket = new s3.Bucket(stack, 'Mine');
    expect(() => new S3FilesFileSystem(stack, 'Skills', { network, bucket })).toThrow(
      "the bucket does not keep versions (got 'Stack/Mine'); allowed: a versioned bucket: S3 Files compares versions to synchronize; create it with `versioned: true`",
    );
  });

  test.each<[string, (stack: Stack) => s3.IBucket]>([
    ['an imported one', (stack) => s3.Bucket.fromBucketName(stack, 'Mine', 'my-bucket')],
    [
      'one whose versioning is a parameter',
      (stack) => {
        const bucket = new s3.Bucket(stack, 'Mine', { versioned: true });
        const status = new CfnParameter(stack, 'Status').valueAsString;
        (bucket.node.defaultChild as s3.CfnBucket).versioningConfiguration = { status };
        return bucket;
      },
    ],
  ])('warns about %s, which cannot be checked', (_, make) => {
    const { stack, network } = makeStack();
    new S3FilesFileSystem(stack, 'Skills', { network, bucket: make(stack) });
    Annotations.fromStack(stack).hasWarning(
      '/Stack/Skills',
      Match.stringLikeRegexp('whether the bucket keeps versions cannot be seen from here.*s3FilesBucketUnchecked'),
    );
  });

  test.each(['serverAccessLogsBucket', 'noncurrentVersionExpiration'] as const)('of the user excludes %s', (prop) => {
    const { stack, network } = makeStack();
    const bucket = new s3.Bucket(stack, 'Mine', { versioned: true });
    const value = prop === 'serverAccessLogsBucket' ? bucket : Duration.days(3);
    expect(() => new S3FilesFileSystem(stack, 'Skills', { network, bucket, [prop]: value })).toThrow(
      `${prop} is about the bucket that the file system would make, but \`bucket\` is given; set it on your bucket`,
    );
  });

  test.each([
    ['region', { region: 'eu-west-1' }, 'eu-west-1', 'us-east-1'],
    ['account', { account: '222222222222' }, '222222222222', '111111111111'],
  ])('of another %s is refused', (part, where, got, allowed) => {
    const { stack, network } = makeStack({ account: '111111111111', region: 'us-east-1' });
    const bucket = s3.Bucket.fromBucketAttributes(stack, 'Mine', { bucketName: 'mine', ...where });
    expect(() => new S3FilesFileSystem(stack, 'Skills', { network, bucket })).toThrow(
      `the bucket is in another ${part} than the file system (got '${got}'); allowed: ${allowed}; use a bucket of this account and region, or omit \`bucket\` to get one`,
    );
  });

  test.each([
    [Duration.days(0), '0 days'],
    [Duration.hours(36), '1 day 12 hours'],
    [Duration.days(3651), '3651 days'],
  ])('does not keep old versions for %s', (noncurrentVersionExpiration, got) => {
    expect(() => makeFileSystem({ noncurrentVersionExpiration })).toThrow(
      `noncurrentVersionExpiration is not a number of days that the service takes (got '${got}'); allowed: 1 to 3650 whole days; use Duration.days(...)`,
    );
  });
});

describe('the role', () => {
  const statementsOf = (stack: Stack) =>
    resourcesOf(stack, 'AWS::IAM::ManagedPolicy').find(([id]) => id.startsWith('SkillsRolePolicy'))![1].Properties
      .PolicyDocument.Statement;

  test('is trusted to S3 Files for file systems of this account and region', () => {
    const { stack, files } = makeFileSystem();
    expect(stack.resolve(files.role.roleArn)).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^SkillsRole/), 'Arn'] });
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Action: 'sts:AssumeRole',
            Effect: 'Allow',
            Principal: { Service: 'elasticfilesystem.amazonaws.com' },
            Condition: {
              StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
              ArnLike: {
                'aws:SourceArn': {
                  'Fn::Join': [
                    '',
                    [
                      'arn:',
                      { Ref: 'AWS::Partition' },
                      ':s3files:',
                      { Ref: 'AWS::Region' },
                      ':',
                      { Ref: 'AWS::AccountId' },
                      ':file-system/*',
                    ],
                  ],
                },
              },
            },
          },
        ],
        Version: '2012-10-17',
      },
      Policies: Match.absent(),
    });
  });

  test('has the documented rights, narrowed to this bucket, account and region', () => {
    const { stack, network } = makeStack({ account: '111111111111', region: 'eu-west-1' });
    new S3FilesFileSystem(stack, 'Skills', {
      network,
      bucket: s3.Bucket.fromBucketName(stack, 'Mine', 'mine'),
      prefix: 'agents/',
    });
    const partition = (rest: string) => ({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, rest]] });
    const ownAccount = { StringEquals: { 'aws:ResourceAccount': '111111111111' } };
    expect(statementsOf(stack)).toEqual([
      {
        Sid: 'Bucket',
        Effect: 'Allow',
        Action: ['s3:ListBucket', 's3:ListBucketVersions'],
        Resource: partition(':s3:::mine'),
        Condition: ownAccount,
      },
      {
        Sid: 'Objects',
        Effect: 'Allow',
        Action: ['s3:AbortMultipartUpload', 's3:DeleteObject*', 's3:GetObject*', 's3:List*', 's3:PutObject*'],
        Resource: partition(':s3:::mine/agents/*'),
        Condition: ownAccount,
      },
      {
        Sid: 'ManageOwnRules',
        Effect: 'Allow',
        Action: [
          'events:DeleteRule',
          'events:DisableRule',
          'events:EnableRule',
          'events:PutRule',
          'events:PutTargets',
          'events:RemoveTargets',
        ],
        Resource: partition(':events:eu-west-1:111111111111:rule/DO-NOT-DELETE-S3-Files*'),
        Condition: { StringEquals: { 'events:ManagedBy': 'elasticfilesystem.amazonaws.com' } },
      },
      {
        Sid: 'ReadRules',
        Effect: 'Allow',
        Action: ['events:DescribeRule', 'events:ListRuleNamesByTarget', 'events:ListRules', 'events:ListTargetsByRule'],
        Resource: partition(':events:eu-west-1:111111111111:rule/*'),
      },
    ]);
  });

  test('may use the key of the bucket, through S3 and for this bucket only', () => {
    const { stack, network } = makeStack({ account: '111111111111', region: 'eu-west-1' });
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111111111111:key/k');
    const bucket = s3.Bucket.fromBucketAttributes(stack, 'Mine', { bucketArn: 'arn:aws:s3:::mine', encryptionKey });
    new S3FilesFileSystem(stack, 'Skills', { network, bucket });
    expect(statementsOf(stack)[2]).toEqual({
      Sid: 'BucketKey',
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'],
      Resource: 'arn:aws:kms:eu-west-1:111111111111:key/k',
      Condition: {
        StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' },
        StringLike: { 'kms:EncryptionContext:aws:s3:arn': ['arn:aws:s3:::mine', 'arn:aws:s3:::mine/*'] },
      },
    });
  });

  test('has its rights before the file system is created', () => {
    const { stack } = makeFileSystem();
    const [, fileSystem] = resourcesOf(stack, FILE_SYSTEM)[0];
    expect(fileSystem.DependsOn).toEqual([expect.stringMatching(/^SkillsRolePolicy/)]);
  });
});

describe('the file system', () => {
  test('has nothing but bucket and role unless more is asked for', () => {
    const { stack, files } = makeFileSystem({ prefix: '' });
    const [[id, { Properties }]] = resourcesOf(stack, FILE_SYSTEM);
    expect(Properties).toEqual({
      Bucket: { 'Fn::GetAtt': [expect.stringMatching(/^SkillsBucket/), 'Arn'] },
      RoleArn: { 'Fn::GetAtt': [expect.stringMatching(/^SkillsRole/), 'Arn'] },
    });
    expect(stack.resolve(files.fileSystemArn)).toEqual({ 'Fn::GetAtt': [id, 'FileSystemArn'] });
    expect(stack.resolve(files.fileSystemId)).toEqual({ 'Fn::GetAtt': [id, 'FileSystemId'] });
  });

  test('passes on prefix, key, rules and the accepted warning', () => {
    const { stack, network } = makeStack();
    new S3FilesFileSystem(stack, 'Skills', {
      network,
      prefix: 'agents/',
      encryptionKey: new kms.Key(stack, 'Key'),
      importRules: [{ sizeLessThan: Size.bytes(0) }],
      acceptBucketWarning: true,
    });
    Template.fromStack(stack).hasResourceProperties(FILE_SYSTEM, {
      Prefix: 'agents/',
      KmsKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Key'), 'Arn'] },
      AcceptBucketWarning: true,
      SynchronizationConfiguration: { ImportDataRules: [Match.objectLike({ Prefix: '', SizeLessThan: 0 })] },
    });
  });

  test.each([
    ['agents', "use 'agents/'"],
    ['/agents/', "use 'agents/'"],
    ['a//b/', "use 'a/b/'"],
    ['a/../b/', "use 'a/b/'"],
    [`${'a'.repeat(1024)}/`, 'shorten it'],
  ])('refuses the prefix %s', (prefix, fix) => {
    expect(() => makeFileSystem({ prefix })).toThrow(
      new RegExp(
        `prefix is not a directory of the bucket \\(got .*; allowed: names that each end with a slash.*; ${fix}`,
      ),
    );
  });

  test('is tagged, and so are its access points', () => {
    const { stack, files } = makeFileSystem();
    files.addAccessPoint('Read', { path: '/skills' });
    Tags.of(files).add('team', 'platform');
    const Tags_ = [{ Key: 'team', Value: 'platform' }];
    Template.fromStack(stack).hasResourceProperties(FILE_SYSTEM, { Tags: Tags_ });
    Template.fromStack(stack).hasResourceProperties('AWS::S3Files::AccessPoint', { Tags: Tags_ });
  });

  test.each([
    [undefined, 'RetainExceptOnCreate'],
    [RemovalPolicy.RETAIN, 'Retain'],
    [RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, 'RetainExceptOnCreate'],
    [RemovalPolicy.DESTROY, 'Delete'],
  ])('with removalPolicy %s goes together with what it cannot live without', (removalPolicy, expected) => {
    const { stack } = makeFileSystem({ removalPolicy });
    const { Resources } = Template.fromStack(stack).toJSON();
    const policies = Object.entries<Resource>(Resources)
      .filter(([id]) => id.startsWith('Skills'))
      .map(([, { Type, DeletionPolicy }]) => [Type, DeletionPolicy]);
    expect(policies).toEqual(
      expect.arrayContaining([
        [FILE_SYSTEM, expected],
        ['AWS::S3Files::FileSystemPolicy', expected],
        ['AWS::S3::Bucket', expected],
        ['AWS::S3::BucketPolicy', expected],
        ['AWS::IAM::Role', expected],
        ['AWS::IAM::ManagedPolicy', expected],
        [MOUNT_TARGET, undefined],
        ['AWS::EC2::SecurityGroup', undefined],
      ]),
    );
  });

  test('leaves the bucket of the user alone', () => {
    const { stack, network } = makeStack();
    const bucket = new s3.Bucket(stack, 'Mine', { versioned: true });
    new S3FilesFileSystem(stack, 'Skills', { network, bucket, removalPolicy: RemovalPolicy.DESTROY });
    expect(resourcesOf(stack, 'AWS::S3::Bucket')[0][1].DeletionPolicy).toBe('Retain');
  });

  test('has no snapshots', () => {
    expect(() => makeFileSystem({ removalPolicy: RemovalPolicy.SNAPSHOT })).toThrow(
      "a file system of S3 Files has no snapshots (got 'RemovalPolicy.SNAPSHOT'); allowed: RETAIN, RETAIN_ON_UPDATE_OR_DELETE or DESTROY; use RETAIN; old versions of files stay in the bucket",
    );
  });
});

test('the policy denies plain transport, mounts without an access point, and root, and allows nothing', () => {
  const { stack } = makeFileSystem();
  const [, { Properties }] = resourcesOf(stack, 'AWS::S3Files::FileSystemPolicy')[0];
  const [[fileSystem]] = resourcesOf(stack, FILE_SYSTEM);
  const deny = { Effect: 'Deny', Principal: { AWS: '*' }, Resource: { 'Fn::GetAtt': [fileSystem, 'FileSystemArn'] } };
  const Action = ['s3files:ClientMount', 's3files:ClientWrite', 's3files:ClientRootAccess'];
  expect(Properties).toEqual({
    FileSystemId: { 'Fn::GetAtt': [fileSystem, 'FileSystemId'] },
    Policy: {
      Version: '2012-10-17',
      Statement: [
        { ...deny, Sid: 'DenyPlainTransport', Action, Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
        { ...deny, Sid: 'DenyWithoutAccessPoint', Action, Condition: { Null: { 's3files:AccessPointArn': 'true' } } },
        { ...deny, Sid: 'DenyRoot', Action: 's3files:ClientRootAccess' },
      ],
    },
  });
});

describe('mount targets', () => {
  test('lie one in each zone, behind one closed group, after the policy', () => {
    const { stack, files, network } = makeFileSystem();
    const targets = resourcesOf(stack, MOUNT_TARGET);
    const subnets = network.subnets.map((subnet) => stack.resolve(subnet.subnetId));
    expect(targets.map(([, { Properties }]) => Properties.SubnetId)).toEqual(subnets);
    for (const [, { Properties, DependsOn }] of targets) {
      expect(Properties.SecurityGroups).toEqual([stack.resolve(files.connections.securityGroups[0].securityGroupId)]);
      expect(DependsOn).toEqual([expect.stringMatching(/^SkillsFileSystemPolicy/)]);
    }
    expect(files.vpc).toBe(network.vpc);
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: 'Mount targets of Stack/Skills',
      SecurityGroupIngress: Match.absent(),
      SecurityGroupEgress: [Match.objectLike({ CidrIp: '255.255.255.255/32' })],
    });
  });

  test('are what mountTargetsAvailable waits for', () => {
    const { stack, files } = makeFileSystem();
    new CfnOutput(stack, 'Other', { value: 'x' }).node.addDependency(files.mountTargetsAvailable);
    const roots = Dependable.of(files.mountTargetsAvailable).dependencyRoots;
    expect(roots.map((root) => (root as ec2.CfnSubnet).cfnResourceType)).toEqual([MOUNT_TARGET, MOUNT_TARGET]);
  });

  test('take the first subnet where two share a zone, known or not', () => {
    const { stack, network } = makeStack();
    const subnetOf = (id: string, availabilityZone: string) =>
      ec2.Subnet.fromSubnetAttributes(stack, id, { subnetId: `subnet-${id}`, availabilityZone });
    const subnets = [
      ...network.subnets,
      subnetOf('1', network.subnets[0].availabilityZone),
      subnetOf('2', 'eu-west-1z'),
    ];
    new S3FilesFileSystem(stack, 'Skills', {
      network: withSubnets(network, [...subnets, subnetOf('3', 'eu-west-1z')]),
    });
    expect(resourcesOf(stack, MOUNT_TARGET).map(([, { Properties }]) => Properties.SubnetId)).toEqual([
      ...network.subnets.map((subnet) => stack.resolve(subnet.subnetId)),
      'subnet-2',
    ]);
  });

  test('keep their ids when the subnets come in another order', () => {
    const idsOf = (order: (subnets: ec2.ISubnet[]) => ec2.ISubnet[]) => {
      const { stack, network } = makeStack();
      new S3FilesFileSystem(stack, 'Skills', { network: withSubnets(network, order(network.subnets)) });
      return Object.fromEntries(
        resourcesOf(stack, MOUNT_TARGET).map(([id, { Properties }]) => [id, Properties.SubnetId]),
      );
    };
    expect(idsOf((subnets) => [...subnets].reverse())).toEqual(idsOf((subnets) => subnets));
  });

  test('need a VPC', () => {
    const { stack } = makeStack();
    const network = new TestPublicNetwork(stack, 'Public');
    expect(() => new S3FilesFileSystem(stack, 'Skills', { network })).toThrow(
      "a file system is mounted through a VPC, and this network is public (got 'AgentNetwork.publicInternet(...)'); allowed: a network with a VPC; use new AgentNetwork(...) or AgentNetwork.fromVpc(...), or give the agents session storage only",
    );
  });

  test('need a subnet', () => {
    const { stack, network } = makeStack();
    expect(() => new S3FilesFileSystem(stack, 'Skills', { network: withSubnets(network, []) })).toThrow(
      'the network has no subnet to put a mount target in; allowed: at least one private subnet; choose subnets in AgentNetwork',
    );
  });
});

describe('beside a network of another stack', () => {
  test.each([undefined, { account: '111111111111', region: 'eu-west-1' }])('rules stay on our side (env %j)', (env) => {
    const app = new App();
    const network = new TestNetwork(new Stack(app, 'NetworkStack', { env }));
    const stack = new Stack(app, 'FilesStack', { env });
    const files = new S3FilesFileSystem(stack, 'Skills', { network });
    files.connections.allowDefaultPortFrom(network);
    const template = Template.fromStack(stack);
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
    expect(Stack.of(network).dependencies).toEqual([]);
    expect(stack.dependencies).toEqual([Stack.of(network)]);
  });
});

test('two file systems share a network', () => {
  const { stack, network } = makeStack();
  new S3FilesFileSystem(stack, 'A', { network });
  new S3FilesFileSystem(stack, 'B', { network });
  expect(resourcesOf(stack, MOUNT_TARGET)).toHaveLength(4);
});

test('CloudFormation has nothing to say', () => {
  strictly((stack, network) => {
    new S3FilesFileSystem(stack, 'Plain', { network }).connections.allowDefaultPortFrom(network);
    const encryptionKey = new kms.Key(stack, 'Key', { enableKeyRotation: true });
    new S3FilesFileSystem(stack, 'Full', {
      network,
      encryptionKey,
      prefix: 'agents/',
      serverAccessLogsBucket: new s3.Bucket(stack, 'Logs'),
      importRules: [{ prefix: 'hot/', sizeLessThan: Size.mebibytes(1) }],
      expireAfter: Duration.days(365),
      acceptBucketWarning: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  });
});
