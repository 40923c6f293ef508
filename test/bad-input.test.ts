import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Aws, CfnParameter, Duration, Lazy, SecretValue, Stack } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { CodingAgent, CodingAgentProps, S3FilesFileSystemProps } from '../lib';
import {
  AgentCli,
  AgentNetwork,
  BedrockModel,
  Filesystem,
  InboundAuth,
  ModelRoute,
  S3FilesAccessPoint,
  S3FilesFileSystem,
} from '../lib';
import { outcomeOf, type Refused, testBadInput, type Warned } from './bad-input';
import { Fixture, networkOf, thrownBy } from './fixture';

const EU = { env: { account: '111122223333', region: 'eu-central-1' } };
const fixtureIn = (stackProps = {}) => new Fixture({ stackProps });
const folder = mkdtempSync(join(tmpdir(), 'agent-'));
writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\n');

type Row = Refused<Fixture>;

const agent = (props: Partial<CodingAgentProps>) => (fixture: Fixture) => fixture.agent(props);
const env = (environment: Record<string, string>, props: Partial<CodingAgentProps> = {}) =>
  agent({ environment, ...props });
const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`KEY_${i}`, 'x']));
const mounts = (...filesystems: Filesystem[]) => agent({ filesystems });
const existing = (props: (fixture: Fixture) => object) => (fixture: Fixture) =>
  AgentNetwork.fromVpc(fixture.stack, 'Net', { vpc: fixture.vpc, ...props(fixture) });
const efsAt =
  (path: string) =>
  (fixture: Fixture, id = 'Cache') =>
    Filesystem.fromEfsAccessPoint(fixture.efsAccessPoint(id), path);
const importedEfs = (fixture: Fixture, arn: string) =>
  Filesystem.fromEfsAccessPoint(
    efs.AccessPoint.fromAccessPointAttributes(fixture.stack, 'Ap', {
      accessPointArn: arn,
      fileSystem: efs.FileSystem.fromFileSystemAttributes(fixture.stack, 'Fs', {
        fileSystemId: 'fs-0123456789abcdef0',
        securityGroup: fixture.group,
      }),
    }),
    '/mnt/cache',
  );
const s3FilesAt = (path: string, fixture: Fixture, id: string) =>
  Filesystem.fromS3FilesAccessPoint(
    new S3FilesFileSystem(fixture.stack, id, { network: fixture.network }).addAccessPoint('A', { path: '/a' }),
    path,
  );
const s3Files = (fixture: Fixture, props: Partial<S3FilesFileSystemProps>) =>
  new S3FilesFileSystem(fixture.stack, 'S', { network: fixture.network, ...props });
const token = (value: string) => Lazy.string({ produce: () => value });
const NAME_RULE = 'a letter, then letters, digits and underscores, at most 48 in all';
const PATH_RULE = '/mnt/ and one name of letters, digits, dot, underscore and dash, 6 to 200 characters in all';
const badPath = (path: string): Row => ({
  input: `mount path ${path.slice(0, 30)}`,
  action: () => Filesystem.sessionStorage(path),
  code: 'InvalidMountPath',
  says: ['a mount path must lie exactly one level below /mnt', PATH_RULE, `use '/mnt/`],
});
const secretValue = (key: string, value: string): Row => ({
  input: `environment ${key} holds a credential`,
  action: env({ [key]: value }),
  code: 'SecretInEnvironment',
  says: [`the value of environment variable '${key}' looks like`, 'keep the credential outside the microVM'],
});

/** Numbered by topic, so that a gap shows; letters are finds beside a row. Numbers left out are in bad-input-gateway.test.ts. */
const ROWS: Record<string, Row> = {
  1: {
    input: 'runtimeName my-agent',
    action: agent({ runtimeName: 'my-agent' }),
    code: 'InvalidRuntimeName',
    says: [`got 'my-agent'`, NAME_RULE, `use 'my_agent'`],
  },
  2: {
    input: 'runtimeName of 49 characters',
    action: agent({ runtimeName: 'a'.repeat(49) }),
    code: 'InvalidRuntimeName',
    says: ['runtimeName has 49 characters', NAME_RULE],
  },
  3: {
    input: 'runtimeName 1st',
    action: agent({ runtimeName: '1st' }),
    code: 'InvalidRuntimeName',
    says: ['does not start with a letter', `use 'agent_1st'`],
  },
  4: {
    input: 'runtimeName empty',
    action: agent({ runtimeName: '' }),
    code: 'InvalidRuntimeName',
    says: ['runtimeName is empty', 'leave it away for a generated name'],
  },
  5: {
    input: 'runtimeName from a parameter',
    action: (f) => f.agent({ runtimeName: new CfnParameter(f.stack, 'P').valueAsString }),
    code: 'RuntimeNameNotLiteral',
    says: ['runtimeName is known only at deployment', 'the trust of the role'],
  },
  6: {
    input: 'one runtimeName twice',
    action: (f) => [f.agent({ runtimeName: 'a' }), f.agent({ runtimeName: 'a' }, 'B')],
    code: 'RuntimeNameTaken',
    says: [`got 'a'`, `it belongs to 'Agents/Claude'`],
  },
  15: {
    input: 'an image of another region',
    action: (f) =>
      f.agent({
        cli: AgentCli.fromRepository(
          ecr.Repository.fromRepositoryArn(f.stack, 'R', 'arn:aws:ecr:us-east-1:111122223333:repository/x'),
          '1',
        ),
      }),
    code: 'ImageInOtherRegion',
    says: [`got 'us-east-1'`, 'allowed: eu-central-1', 'replicate the repository'],
  },
  16: {
    input: 'an image for x86',
    action: (f) =>
      f.agent({
        cli: AgentCli.fromArtifact(
          agentcore.AgentRuntimeArtifact.fromAsset(folder, { platform: Platform.LINUX_AMD64 }),
        ),
      }),
    code: 'ImageNotArm64',
    says: [`got 'linux/amd64'`],
  },
  '16a': {
    input: 'an image tag with a space',
    action: (f) => AgentCli.fromRepository(f.repository, '1 4'),
    code: 'InvalidImageTag',
    says: [`got '1 4'`, 'sha256:'],
  },
  '16b': {
    input: 'a folder that is not there',
    action: agent({ cli: AgentCli.fromDirectory('./nowhere') }),
    code: 'PathNotFound',
    says: [`got './nowhere'`, 'it was looked for at /'],
  },
  '16c': {
    input: 'a file instead of a folder',
    action: agent({ cli: AgentCli.fromDirectory(join(folder, 'Dockerfile')) }),
    code: 'NotAFolder',
    says: ['the folder of the image is a file'],
  },
  '16d': {
    input: 'code on Python 3.11',
    action: agent({
      cli: AgentCli.fromCode({ path: folder, runtime: agentcore.AgentCoreRuntime.PYTHON_3_11, entryPoint: ['a.py'] }),
    }),
    code: 'LanguageRuntimeEnded',
    says: [`got 'PYTHON_3_11'`, 'NODE_22, PYTHON_3_12 and newer'],
  },
  '16e': {
    input: 'code without entry point',
    action: agent({
      cli: AgentCli.fromCode({ path: folder, runtime: agentcore.AgentCoreRuntime.NODE_22, entryPoint: [] }),
    }),
    code: 'InvalidEntryPoint',
    says: [`got '[]'`, 'name the file to start'],
  },
  17: {
    input: '51 variables',
    action: env(many(51)),
    code: 'TooManyEnvironmentVariables',
    says: ["got '51, of which the library sets 0'", 'at most 50'],
  },
  18: {
    input: 'variable A-B',
    action: env({ 'A-B': 'x' }),
    code: 'InvalidEnvironmentKey',
    says: [`got 'A-B'`, 'a letter or underscore'],
  },
  '18a': { input: 'variable 1X', action: env({ '1X': 'x' }), code: 'InvalidEnvironmentKey', says: [`got '1X'`] },
  '18b': {
    input: 'a name of 101 characters',
    action: env({ ['K'.repeat(101)]: 'x' }),
    code: 'InvalidEnvironmentKey',
    says: ['at most 100'],
  },
  19: {
    input: 'a value of 2049 characters',
    action: env({ BIG: 'x'.repeat(2049) }),
    code: 'EnvironmentValueTooLong',
    says: ['2049 characters', 'at most 2048'],
  },
  '19a': {
    input: '4097 bytes on V1',
    action: env({ A: 'x'.repeat(2048), B: 'x'.repeat(2047) }),
    code: 'EnvironmentTooLarge',
    says: ['platform version V1', '4097 bytes', 'at most 4096'],
  },
  '19b': {
    input: '2561 bytes on V2',
    action: env({ A: 'x'.repeat(2048), B: 'x'.repeat(511) }, { platformVersion: agentcore.PlatformVersion.V2 }),
    code: 'EnvironmentTooLarge',
    says: ['platform version V2', '2561 bytes', 'at most 2560'],
  },
  '19c': {
    input: '1537 bytes on V2 as code',
    action: env(
      { A: 'x'.repeat(1536) },
      {
        platformVersion: agentcore.PlatformVersion.V2,
        cli: AgentCli.fromCode({ path: folder, runtime: agentcore.AgentCoreRuntime.NODE_22, entryPoint: ['a.js'] }),
      },
    ),
    code: 'EnvironmentTooLarge',
    says: ['at most 1536'],
  },
  20: secretValue('GITHUB_TOKEN', `ghp_${'a1'.repeat(18)}`),
  '20a': secretValue('TOKEN', `ghs_12345_eyJ${'a.b-c'.repeat(8)}`),
  '20b': secretValue('KEY', `sk-ant-api03-${'x'.repeat(40)}`),
  '20c': secretValue('PEM', '-----BEGIN RSA PRIVATE KEY-----'),
  '20d': secretValue('AWS_KEY', 'AKIAIOSFODNN7EXAMPLE'),
  21: {
    input: 'AWS_ACCESS_KEY_ID',
    action: env({ AWS_ACCESS_KEY_ID: 'x' }),
    code: 'EnvironmentKeyReserved',
    says: ['would replace the credentials', 'grant the agent what it needs'],
  },
  '21a': {
    input: 'AWS_SESSION_TOKEN',
    action: env({ AWS_SESSION_TOKEN: 'x' }),
    code: 'EnvironmentKeyReserved',
    says: [`got 'AWS_SESSION_TOKEN'`],
  },
  23: {
    input: 'a secret by reference',
    action: env({ KEY: SecretValue.secretsManager('prod/key').unsafeUnwrap() }),
    code: 'SecretInEnvironment',
    says: ['looks like a reference to a secret'],
  },
  '23a': {
    input: 'a secret of the app',
    action: (f) =>
      f.agent({
        environment: { KEY: new secretsmanager.Secret(f.stack, 'S').secretValueFromJson('k').unsafeUnwrap() },
      }),
    code: 'SecretInEnvironment',
    says: ['looks like a reference to a secret'],
  },
  24: {
    input: 'tag aws:x',
    action: agent({ tags: { 'aws:x': 'y' } }),
    code: 'InvalidTagKey',
    says: [`got 'aws:x'`, `not starting with 'aws:'`],
  },
  '24a': {
    input: 'a tag value with an emoji',
    action: agent({ tags: { mood: '🙂' } }),
    code: 'InvalidTagValue',
    says: [`the value of tag 'mood' cannot be stored`],
  },
  25: {
    input: 'a description of 1201 characters',
    action: agent({ description: 'x'.repeat(1201) }),
    code: 'DescriptionLength',
    says: ['1201 characters', '1 to 1200'],
  },
  '25a': {
    input: 'an empty description',
    action: agent({ description: '' }),
    code: 'DescriptionLength',
    says: ['leave it away'],
  },

  26: {
    input: 'no network',
    action: agent({ network: undefined }),
    code: 'NetworkMissing',
    says: ['the default of AgentCore is the public internet', 'AgentNetwork.publicInternet({ reason })'],
  },
  '26a': {
    input: 'a public network without a reason',
    action: () => AgentNetwork.publicInternet({ reason: 'because' }),
    code: 'PublicReasonTooShort',
    says: [`got 'because'`, 'at least 20 characters'],
  },
  '26b': {
    input: 'security groups on the public network',
    action: (f) =>
      f.agent({
        network: AgentNetwork.publicInternet({ reason: 'a demo without any data of ours' }),
        securityGroups: [f.group],
      }),
    code: 'SecurityGroupsWithoutVpc',
    says: ['security groups need a VPC'],
  },
  27: {
    input: 'public subnets',
    action: existing(() => ({ subnets: { subnetType: ec2.SubnetType.PUBLIC } })),
    code: 'PublicSubnets',
    says: ['public subnets give agents no internet'],
  },
  28: {
    input: 'a VPC without private subnets',
    action: (f) =>
      AgentNetwork.fromVpc(f.stack, 'N', {
        vpc: new ec2.Vpc(f.stack, 'P', {
          natGateways: 0,
          subnetConfiguration: [{ name: 'Public', subnetType: ec2.SubnetType.PUBLIC }],
        }),
      }),
    code: 'NoPrivateSubnets',
    says: ['the VPC has no private subnets'],
  },
  '30a': {
    input: '17 security groups',
    action: (f) =>
      f.agent({
        securityGroups: Array.from({ length: 17 }, (_, i) => new ec2.SecurityGroup(f.stack, `G${i}`, { vpc: f.vpc })),
      }),
    code: 'SecurityGroupCount',
    says: ['17', '1 to 16'],
  },
  '30b': {
    input: 'no security group',
    action: agent({ securityGroups: [] }),
    code: 'SecurityGroupCount',
    says: ['1 to 16'],
  },
  30: {
    input: '17 subnets',
    action: (f) =>
      AgentNetwork.fromVpc(f.stack, 'N', {
        vpc: f.vpc,
        subnets: {
          subnets: Array.from({ length: 17 }, (_, i) =>
            ec2.Subnet.fromSubnetAttributes(f.stack, `S${i}`, { subnetId: `subnet-${i}`, availabilityZone: 'a' }),
          ),
        },
      }),
    code: 'SubnetCount',
    says: ['17', '1 to 16'],
  },
  31: {
    input: 'zone use1-az3',
    action: (f) =>
      AgentNetwork.fromVpc(new Stack(f.app, 'V', { env: { region: 'us-east-1' } }), 'N', {
        vpc: ec2.Vpc.fromVpcAttributes(f.stack, 'I', { vpcId: 'vpc-1', availabilityZones: ['a'], region: 'us-east-1' }),
        availabilityZoneIds: ['use1-az3'],
      }),
    code: 'UnsupportedAvailabilityZone',
    says: [`got 'use1-az3'`, 'use1-az1, use1-az2, use1-az4'],
  },
  '31a': {
    input: 'a region without AgentCore',
    action: (f) => new AgentNetwork(new Stack(f.app, 'N', { env: { region: 'eu-west-9' } }), 'N'),
    code: 'UnsupportedRegion',
    says: ['eu-west-9'],
  },
  32: {
    input: 'a group of another VPC',
    action: (f) =>
      f.agent({ securityGroups: [new ec2.SecurityGroup(f.stack, 'G', { vpc: new ec2.Vpc(f.stack, 'V2') })] }),
    code: 'ForeignSecurityGroup',
    says: ['a security group is in another VPC', 'Agents/G'],
  },
  34: {
    input: 'a VPC of another region',
    action: (f) =>
      AgentNetwork.fromVpc(new Stack(f.app, 'X', { env: { region: 'eu-west-1' } }), 'N', {
        vpc: new ec2.Vpc(new Stack(f.app, 'Y', { env: { region: 'eu-west-3' } }), 'V'),
      }),
    code: 'ForeignVpc',
    says: ['another region'],
  },
  35: {
    input: 'a VPC without DNS',
    action: (f) => AgentNetwork.fromVpc(f.stack, 'N', { vpc: new ec2.Vpc(f.stack, 'V2', { enableDnsSupport: false }) }),
    code: 'DnsDisabled',
    says: ['enableDnsSupport and enableDnsHostnames'],
  },

  37: badPath('/data'),
  38: badPath('/mnt/a/b'),
  39: badPath('/mnt/'),
  '39a': badPath('/mnt'),
  '39b': badPath(`/mnt/${'a'.repeat(196)}`),
  '39c': badPath(''),
  40: badPath('/mnt/..'),
  '40a': badPath('/mnt/.'),
  41: badPath('/mnt/a b'),
  '41a': badPath('/mnt/ä'),
  '41b': badPath('mnt/a'),
  '41c': badPath('/mnt//a'),
  '41d': {
    input: 'a mount path known only at deployment',
    action: () => Filesystem.sessionStorage(token('/mnt/a')),
    code: 'MountPathNotLiteral',
    says: ['write it as a literal'],
  },
  42: {
    input: '/mnt/a and /mnt/a/',
    action: (f) => f.agent({ filesystems: [Filesystem.sessionStorage('/mnt/a'), efsAt('/mnt/a/')(f)] }),
    code: 'MountPathTaken',
    says: [`got '/mnt/a'`, 'EFS mount and a session storage mount share one path'],
  },
  43: {
    input: '/mnt/a twice',
    action: (f) => f.agent({ filesystems: [efsAt('/mnt/a')(f), efsAt('/mnt/a')(f, 'B')] }),
    code: 'MountPathTaken',
    says: ['give one of them another name below /mnt'],
  },
  44: {
    input: 'six mounts',
    action: (f) =>
      f.agent({
        filesystems: [
          Filesystem.sessionStorage('/mnt/w'),
          ...['a', 'b', 'c', 'd', 'e'].map((n) => efsAt(`/mnt/${n}`)(f, n)),
        ],
      }),
    code: 'TooManyFilesystems',
    says: ['got 6', 'at most 5'],
  },
  45: {
    input: 'two session storages',
    action: mounts(Filesystem.sessionStorage('/mnt/a'), Filesystem.sessionStorage('/mnt/b')),
    code: 'TooManyFilesystemsOfKind',
    says: ['too many session storage mounts', 'at most 1'],
  },
  46: {
    input: 'three EFS mounts',
    action: (f) => f.agent({ filesystems: ['a', 'b', 'c'].map((n) => efsAt(`/mnt/${n}`)(f, n)) }),
    code: 'TooManyFilesystemsOfKind',
    says: ['too many EFS mounts', 'at most 2'],
  },
  '46a': {
    input: 'three S3 Files mounts',
    action: (f) => f.agent({ filesystems: ['a', 'b', 'c'].map((n) => s3FilesAt(`/mnt/${n}`, f, n)) }),
    code: 'TooManyFilesystemsOfKind',
    says: ['too many S3 Files mounts', 'at most 2'],
  },
  47: {
    input: 'EFS on the public network',
    action: (f) =>
      f.agent({
        network: AgentNetwork.publicInternet({ reason: 'a demo without any data of ours' }),
        filesystems: [efsAt('/mnt/a')(f)],
      }),
    code: 'FilesystemNeedsVpc',
    says: ['EFS cannot be mounted', 'session storage, or an agent in a VPC'],
  },
  48: {
    input: 'an access point of another region',
    action: (f) =>
      f.agent({
        filesystems: [
          importedEfs(f, 'arn:aws:elasticfilesystem:us-east-1:111122223333:access-point/fsap-0123456789abcdef0'),
        ],
      }),
    code: 'FilesystemElsewhere',
    says: ['another region', `got 'us-east-1'`],
  },
  49: {
    input: 'an access point of another account',
    action: (f) =>
      f.agent({
        filesystems: [
          importedEfs(f, 'arn:aws:elasticfilesystem:eu-central-1:444455556666:access-point/fsap-0123456789abcdef0'),
        ],
      }),
    code: 'FilesystemElsewhere',
    says: ['another account', `got '444455556666'`],
  },
  50: {
    input: 'an S3 access point',
    action: (f) =>
      S3FilesAccessPoint.fromS3FilesAccessPointAttributes(f.stack, 'A', {
        accessPointArn: 'arn:aws:s3:eu-central-1:111122223333:accesspoint/x',
        fileSystem: new S3FilesFileSystem(f.stack, 'S', { network: f.network }),
      }),
    code: 'NotS3Files',
    says: ['file-system/fs-'],
  },
  51: {
    input: 'an EFS file system instead of an access point',
    action: (f) =>
      importedEfs(f, 'arn:aws:elasticfilesystem:eu-central-1:111122223333:file-system/fs-0123456789abcdef0'),
    code: 'NotAnAccessPoint',
    says: ['give the access point, not the file system'],
  },
  '51a': {
    input: 'an access point that does not know its file system',
    action: (f) =>
      f.agent({
        filesystems: [
          Filesystem.fromEfsAccessPoint(
            efs.AccessPoint.fromAccessPointId(f.stack, 'A', 'fsap-0123456789abcdef0'),
            '/mnt/a',
          ),
        ],
      }),
    code: 'EfsFileSystemUnknown',
    says: ['AccessPoint.fromAccessPointAttributes'],
  },
  54: {
    input: 'an EFS that anyone may mount',
    action: (f) => {
      f.agent({
        filesystems: [Filesystem.fromEfsAccessPoint(f.efsAccessPoint('C', { allowAnonymousAccess: true }), '/mnt/a')],
      });
      f.template();
    },
    says: ['allowAnonymousAccess: false'],
  },
  '54a': {
    input: 'an EFS that is not encrypted',
    action: (f) => {
      f.agent({ filesystems: [Filesystem.fromEfsAccessPoint(f.efsAccessPoint('C', { encrypted: false }), '/mnt/a')] });
      f.template();
    },
    says: ['is not encrypted'],
  },
  55: {
    input: 'a file system in another VPC',
    action: (f) =>
      f.agent({
        filesystems: [
          Filesystem.fromEfsAccessPoint(f.efsAccessPoint('C', { vpc: new ec2.Vpc(f.stack, 'V2') }), '/mnt/a'),
        ],
      }),
    code: 'FilesystemInOtherVpc',
    says: ['is in another VPC', 'create it with `vpc: network.vpc`'],
  },
  56: {
    input: 'no mount target in a zone of the agent',
    action: (f) =>
      f.agent({
        network: networkOf(f.vpc, [f.group], [f.vpc.privateSubnets[1]]),
        filesystems: [
          Filesystem.fromEfsAccessPoint(
            f.efsAccessPoint('C', { vpcSubnets: { subnets: [f.vpc.privateSubnets[0]] } }),
            '/mnt/a',
          ),
        ],
      }),
    code: 'NoMountTargetInZone',
    says: ['HTTP 424', 'vpcSubnets: { subnets: network.subnets }'],
  },
  '57a': {
    input: 'S3 Files on the public network',
    action: (f) =>
      new S3FilesFileSystem(f.stack, 'S', {
        network: AgentNetwork.publicInternet({ reason: 'a demo without any data of ours' }),
      }),
    code: 'S3FilesNeedsVpc',
    says: ['VPC'],
  },
  '57b': {
    input: 'an unversioned bucket for S3 Files',
    action: (f) => new S3FilesFileSystem(f.stack, 'S', { network: f.network, bucket: new s3.Bucket(f.stack, 'B') }),
    code: 'BucketNotVersioned',
    says: ['versioned'],
  },

  '57c': {
    input: 'S3 Files settings for a bucket that is given',
    action: (f) =>
      s3Files(f, {
        bucket: new s3.Bucket(f.stack, 'B', { versioned: true }),
        noncurrentVersionExpiration: Duration.days(3),
      }),
    code: 'BucketIsYours',
    says: ['noncurrentVersionExpiration is about the bucket', 'set it on your bucket'],
  },
  '57d': {
    input: 'half a day of expiration',
    action: (f) => s3Files(f, { expireAfter: Duration.hours(12) }),
    code: 'DaysOutOfRange',
    says: ['is not a number of days that the service takes', 'whole days'],
  },
  '57e': {
    input: 'a POSIX user by name',
    action: (f) => s3Files(f, {}).addAccessPoint('A', { path: '/a', posixUser: { uid: 'agent', gid: '1000' } }),
    code: 'InvalidPosixId',
    says: [`got 'agent'`, 'a decimal number'],
  },
  '57f': {
    input: 'a path that climbs',
    action: (f) => s3Files(f, {}).addAccessPoint('A', { path: '/a/../b' }),
    code: 'InvalidS3FilesPath',
    says: [`got '/a/../b'`],
  },
  '57g': {
    input: 'a prefix that begins with a slash',
    action: (f) => s3Files(f, { prefix: '/team' }),
    code: 'InvalidS3FilesPrefix',
    says: [`got '/team'`],
  },
  '57h': {
    input: 'a seed whose place is known only at deployment',
    action: (f) => s3Files(f, { seed: folder, seedPath: token('/a') }),
    code: 'SeedTargetNotLiteral',
    says: ['seedPath is known only at deployment'],
  },
  '20e': {
    input: 'a credential in a tag',
    action: agent({ tags: { token: `ghp_${'a1'.repeat(18)}` } }),
    code: 'SecretInPlainText',
    says: [`tag 'token' holds what looks like a GitHub token`],
  },
  '20f': {
    input: 'a credential in the description',
    action: agent({ description: `uses ghp_${'a1'.repeat(18)}` }),
    code: 'SecretInPlainText',
    says: ['the description of the agent holds what looks like a GitHub token'],
  },
  '20g': {
    input: 'a credential in a build argument',
    action: agent({ cli: AgentCli.fromDirectory(folder, { buildArgs: { NPM: `npm_${'a1'.repeat(18)}` } }) }),
    code: 'SecretInPlainText',
    says: [`build argument 'NPM' holds what looks like an npm token`],
  },
  '20h': {
    input: 'a credential next to a token of the CDK',
    action: (f) =>
      f.agent({
        environment: { URL: `https://ghp_${'a1'.repeat(18)}@${f.stack.region}.example.com/${Aws.STACK_NAME}` },
      }),
    code: 'SecretInEnvironment',
    says: [`environment variable 'URL' looks like a GitHub token`],
  },
  '20i': {
    input: 'more models than a policy holds',
    action: (f) => {
      const regions = ['eu-central-1', 'eu-west-1', 'eu-west-3', 'eu-north-1'];
      const models = Array.from({ length: 12 }, (_, i) =>
        BedrockModel.inferenceProfile(`eu.anthropic.model-${i}`, regions),
      );
      f.agent({ model: ModelRoute.bedrock(models) });
      f.template();
    },
    says: [
      `what agent 'Agents/Claude' may do does not fit into one policy of IAM`,
      'at most 6144',
      'name fewer models',
    ],
  },
  63: {
    input: 'a token rule that admits the whole issuer',
    action: () => InboundAuth.jwt({ discoveryUrl: 'https://idp.example.com/.well-known/openid-configuration' }),
    code: 'JwtAdmitsWholeIssuer',
    says: ['every token of the issuer'],
  },
  70: {
    input: 'idle after 10 s',
    action: agent({ idleTimeout: Duration.seconds(10) }),
    code: 'LifecycleOutOfRange',
    says: ['idleTimeout is out of range', `got '10 s'`, '60 (one minute) to 28800 (8 hours)'],
  },
  '70a': {
    input: 'idle after 9 h',
    action: agent({ idleTimeout: Duration.hours(9) }),
    code: 'LifecycleOutOfRange',
    says: [`got '32400 s'`],
  },
  '70b': {
    input: 'idle after half a second more',
    action: agent({ idleTimeout: Duration.millis(60_500) }),
    code: 'LifecycleOutOfRange',
    says: [`got '60.5 s'`, 'whole seconds'],
  },
  71: {
    input: 'a life of 9 h',
    action: agent({ maxLifetime: Duration.hours(9) }),
    code: 'LifecycleOutOfRange',
    says: ['maxLifetime is out of range'],
  },
  72: {
    input: 'idle beyond the lifetime',
    action: agent({ idleTimeout: Duration.hours(2), maxLifetime: Duration.hours(1) }),
    code: 'IdleBeyondLifetime',
    says: [`got '7200 s'`, 'at most the maxLifetime of 3600 s'],
  },
};

/** what is allowed, but not without a word */
const opus = BedrockModel.globalInferenceProfile('global.anthropic.claude-opus-5-5');
const claude = (props: Partial<CodingAgentProps>) => (f: Fixture) =>
  f.agent({
    cli: AgentCli.claudeCode({ image: AgentCli.fromRepository(f.repository, '1') }),
    model: ModelRoute.bedrock([opus]),
    filesystems: [Filesystem.sessionStorage('/mnt/workspace')],
    ...props,
  });
const lasting = (props: Partial<CodingAgentProps>, duration: Duration) =>
  claude({ cli: AgentCli.claudeCode({ limits: { duration } }), ...props });
const granted = (input: string, grant: (f: Fixture, agent: CodingAgent) => unknown, says: string): Warned<Fixture> => ({
  input,
  action: (f) => grant(f, claude({})(f)),
  id: 'grantOutweighed',
  says,
});
const dropped = (input: string, grant: (f: Fixture, agent: CodingAgent) => unknown, says: string): Warned<Fixture> => ({
  input,
  action: (f) => grant(f, claude({})(f)),
  id: 'grantDropped',
  says,
});
const LIFETIMES: Record<string, Row> = {
  A3d: {
    input: 'a shared file system in the place of the workspace',
    action: (f) => claude({ filesystems: [efsAt('/mnt/workspace')(f)] })(f),
    code: 'SharedWorkspace',
    says: ["got '/mnt/workspace'", "mount Filesystem.sessionStorage('/mnt/workspace')"],
  },
  A3e: {
    input: 'a workspace that the app puts on a shared file system',
    action: (f) =>
      claude({
        filesystems: [Filesystem.sessionStorage('/mnt/workspace'), efsAt('/mnt/team')(f)],
        environment: { AGENT_WORKSPACE: '/mnt/team/work' },
      })(f),
    code: 'SharedWorkspace',
    says: ["got '/mnt/team/work'", 'storage of each session'],
  },
  A7a: {
    input: 'jobs of eight hours in microVMs of one',
    action: lasting({ maxLifetime: Duration.hours(1) }, Duration.hours(8)),
    code: 'JobBeyondLifetime',
    says: ["got '480 minutes'", 'at most the maxLifetime of 60 minutes'],
  },
  A7b: {
    input: 'jobs of an own agent that are longer than its microVM',
    action: (f) =>
      f.agent({
        cli: AgentCli.custom({
          image: AgentCli.fromRepository(f.repository, '1'),
          limits: { duration: Duration.minutes(31) },
        }),
        maxLifetime: Duration.minutes(30),
      }),
    code: 'JobBeyondLifetime',
    says: ["got '31 minutes'"],
  },
};
const allow = (...actions: string[]) => new iam.PolicyStatement({ actions, resources: ['*'] });

/** What each agent of the library needs beside itself. */
const UNFINISHED: Record<string, Row> = Object.fromEntries(
  [
    ['Claude Code', () => AgentCli.claudeCode()],
    ['Codex', () => AgentCli.codex()],
    ['OpenCode', () => AgentCli.openCode()],
    ['Gemini CLI', () => AgentCli.geminiCli()],
  ].map(([name, make]) => [
    `A2 ${name as string}`,
    {
      input: `${name as string} without a model`,
      action: (f: Fixture) => f.agent({ cli: (make as () => AgentCli)() }),
      code: 'ModelRouteMissing',
      says: [`${name as string} has no way to its model`, 'pass `model`, such as ModelRoute.'],
    },
  ]),
);

const WARNINGS: Record<string, Warned<Fixture>> = {
  A3a: {
    id: 'workspaceNotPersistent',
    input: 'an agent of the library without session storage',
    action: claude({ filesystems: undefined }),
    says: "add Filesystem.sessionStorage('/mnt/workspace') to filesystems",
  },
  A3b: {
    id: 'workspaceNotPersistent',
    input: 'an agent of the library with a shared file system only',
    action: (f) => claude({ filesystems: [efsAt('/mnt/cache')(f)] })(f),
    says: 'end with the microVM',
  },
  A3c: {
    id: 'workspaceNotPersistent',
    input: 'an own agent that keeps the contract, without session storage',
    action: (f) => f.agent({ cli: AgentCli.custom({ image: AgentCli.fromRepository(f.repository, '1') }) }),
    says: 'repositories, jobs and conversations',
  },
  A5a: dropped(
    'a bucket, to the role of the L2',
    (f, agent) => new s3.Bucket(f.stack, 'Data').grantRead(agent.runtime.role),
    'use the CodingAgent as the grantee: bucket.grantRead(agent)',
  ),
  A5b: dropped(
    'a bucket, to the L2',
    (f, agent) => new s3.Bucket(f.stack, 'Data').grantRead(agent.runtime),
    "(got 's3:GetObject*",
  ),
  A5c: dropped(
    'a statement, to the L2',
    (_, agent) => agent.runtime.addToRolePolicy(allow('s3:GetObject')),
    "(got 's3:GetObject')",
  ),
  A5d: dropped(
    'a managed policy, to the role of the L2',
    (_, agent) => agent.runtime.role.addManagedPolicy(iam.ManagedPolicy.fromAwsManagedPolicyName('ReadOnlyAccess')),
    "(got 'a managed policy')",
  ),
  A6a: granted(
    'a secret',
    (f, agent) => new secretsmanager.Secret(f.stack, 'S').grantRead(agent),
    'secretsmanager:GetSecretValue',
  ),
  A6b: granted('IAM', (_, agent) => agent.grantPrincipal.addToPrincipalPolicy(allow('iam:PassRole')), 'iam:PassRole'),
  A6c: granted(
    'routes',
    (_, agent) => agent.grantPrincipal.addToPrincipalPolicy(allow('ec2:CreateRoute', 's3:GetObject')),
    "(got 'ec2:CreateRoute')",
  ),
  A6d: granted(
    'another agent, for any user',
    (f, agent) => f.agent({}, 'Other').grantInvokeForUser(agent),
    'bedrock-agentcore:InvokeAgentRuntimeForUser',
  ),
  14: {
    id: 'mutableImageTag',
    input: 'image tag latest',
    action: (f) => f.agent({ cli: AgentCli.fromRepository(f.repository, 'latest') }),
    says: `has a tag that moves (got 'latest'); allowed: a digest, or a tag that is never pushed twice; pin the version that was reviewed`,
  },
  29: {
    id: 'singleAvailabilityZone',
    input: 'one zone',
    action: existing((f) => ({ subnets: { subnets: [f.vpc.privateSubnets[0]] } })),
    says: 'all agents run in one availability zone',
  },
  33: {
    id: 'openSecurityGroup',
    input: 'a group that is open outbound',
    action: (f) => f.agent({ securityGroups: [new ec2.SecurityGroup(f.stack, 'Open', { vpc: f.vpc })] }),
    says: 'lets agents connect to any address and port',
  },
  53: {
    id: 'efsAccessPointOpen',
    input: 'an access point on the whole file system',
    action: (f) => f.agent({ filesystems: [Filesystem.fromEfsAccessPoint(f.efs().addAccessPoint('A', {}), '/mnt/a')] }),
    says: 'the agent sees the whole file system',
  },
  '56a': {
    id: 'zoneWithoutMountTarget',
    input: 'a mount target in one of two zones',
    action: (f) => {
      const vpcSubnets = { subnets: [f.vpc.privateSubnets[0]] };
      return f.agent({ filesystems: [Filesystem.fromEfsAccessPoint(f.efsAccessPoint('C', { vpcSubnets }), '/mnt/a')] });
    },
    says: 'where sessions of the agent run too',
  },
  '63a': {
    id: 'grantWithoutEffect',
    input: 'a grant on an agent that wants tokens',
    action: (f) => {
      const discoveryUrl = 'https://idp.example.com/.well-known/openid-configuration';
      const caller = new iam.Role(f.stack, 'Caller', { assumedBy: new iam.AccountRootPrincipal() });
      f.agent({ inboundAuth: InboundAuth.jwt({ discoveryUrl, allowedClients: ['cli'] }) }).grantInvoke(caller);
    },
    says: 'is called with a token, so a right in IAM has no effect',
  },
  '72a': {
    id: 'manyEndpoints',
    input: 'eleven endpoints',
    action: (f) => {
      const one = f.agent();
      Array.from({ length: 10 }, (_, i) => one.addEndpoint(`e${i}`, { version: '1' }));
    },
    says: 'more endpoints than AgentCore allows by default',
  },
  57: {
    id: 'filesystemNotReachable',
    input: 'a group that cannot be changed',
    action: (f) =>
      f.agent({
        securityGroups: [
          ec2.SecurityGroup.fromSecurityGroupId(f.stack, 'F', 'sg-1', { mutable: false, allowAllOutbound: false }),
        ],
        filesystems: [efsAt('/mnt/a')(f)],
      }),
    says: 'could not be opened',
  },
};

/** rows of the catalogue that cannot be written down in this API, and why */
const IMPOSSIBLE: Record<string, string> = {
  13: 'AgentCli takes ECR repositories; an image URI passes only through the L2, which refuses other registries itself',
  22: 'no variable is set by the library yet',
  36: 'the S3 endpoint of AgentNetwork always lets session storage through; that of an existing VPC is not visible',
  52: 'a Filesystem is made by a factory of exactly one kind',
  58: 'sessionStorage takes no readOnly',
};

testBadInput({
  suite: 'agents',
  make: fixtureIn,
  makeRefused: () => fixtureIn(EU),
  refused: { ...ROWS, ...UNFINISHED, ...LIFETIMES },
  warned: WARNINGS,
});

test.each<[string, string, (fixture: Fixture) => unknown]>([
  ['an error of JavaScript', 'raw', () => (undefined as unknown as string).length],
  ['an error of the CDK itself', 'raw', (f) => new s3.Bucket(f.stack, 'B', { bucketName: '-' })],
  ['nothing at all', 'silent', () => undefined],
  ['an error of the library', 'error', () => Filesystem.sessionStorage('/tmp')],
])('%s counts as %s', (_, kind, action) => {
  expect(outcomeOf(fixtureIn, action).kind).toBe(kind);
});

test('nothing that looks like a credential is ever printed', () => {
  for (const [, { action }] of Object.entries(ROWS).filter(([row]) => row.startsWith('20'))) {
    const { text } = thrownBy(() => action(fixtureIn()));
    expect(text).not.toMatch(/ghp_|ghs_|sk-ant|BEGIN|AKIA/);
  }
});

test('the catalogue is covered', () => {
  const covered = new Set(
    [...Object.keys(ROWS), ...Object.keys(WARNINGS), ...Object.keys(IMPOSSIBLE)].map((row) => parseInt(row)),
  );
  // the others are in bad-input-gateway.test.ts
  const wanted = [...range(1, 6), ...range(13, 58), ...range(70, 72)];
  expect(wanted.filter((row) => !covered.has(row))).toEqual([]);
});

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
