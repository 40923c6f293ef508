import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { AgentNetwork } from '../../lib';
import { ACCOUNT, APPS, REGION } from './apps';
import type { DeployedRole, PolicyDocument } from './deployment';
import { Deployment } from './deployment';
import type { Question } from './iam-simulator';
import { ask, assume } from './iam-simulator';
import { arnOf, claude, deployed, here, question } from './questions';

// The roles that services and deployment helpers assume, and the policies of keys and endpoints.

type Row = [what: string, question: Question];

const keyed = new Deployment(APPS.customerKey().app);
const roleAt = (place: Deployment, path: RegExp): DeployedRole => place.roles().find((role) => path.test(role.path))!;
const inAccount = { 'aws:ResourceAccount': ACCOUNT };
const skills = roleAt(deployed, /Skills\/Role/);
const docs = roleAt(deployed, /Docs\/Role/);
const seeding = roleAt(deployed, /SeedHandler\/Role/);
const lookup = roleAt(deployed, /S3PrefixList\/Role/);
const flowLog = roleAt(deployed, /FlowLog\/Role/);
const logGroupOf = (path: RegExp): string => {
  const group = deployed.resources('AWS::Logs::LogGroup').find((resource) => path.test(resource.path))!;
  return here('logs', `log-group:${group.properties.LogGroupName ?? `${group.stack}-${group.id}`}`);
};

describe('S3 Files', () => {
  const rule = (name: string): string => here('events', `rule/${name}`);
  const managed = { 'events:ManagedBy': 'elasticfilesystem.amazonaws.com' };

  test.each<Row>([
    ['list the bucket', question('s3:ListBucket', arnOf.skillsBucket, inAccount)],
    ['read any object', question('s3:GetObject', `${arnOf.skillsBucket}/skills/SKILL.md`, inAccount)],
    ['write any object', question('s3:PutObject', `${arnOf.skillsBucket}/new`, inAccount)],
    ['delete any object', question('s3:DeleteObject', `${arnOf.skillsBucket}/new`, inAccount)],
    ['make its own rule', question('events:PutRule', rule('DO-NOT-DELETE-S3-Files-x'), managed)],
    ['look at rules', question('events:DescribeRule', rule('any'))],
  ])('may %s', async (_, asked) => {
    expect(await ask(skills, asked)).toBe('Allowed');
  });

  test.each<Row>([
    ['list another bucket', question('s3:ListBucket', arnOf.archive, inAccount)],
    ['read another bucket', question('s3:GetObject', `${arnOf.archive}/docs/a`, inAccount)],
    [
      'write to a bucket of that name elsewhere',
      question('s3:PutObject', `${arnOf.skillsBucket}/a`, { 'aws:ResourceAccount': '999900001111' }),
    ],
    ['delete the bucket', question('s3:DeleteBucket', arnOf.skillsBucket, inAccount)],
    ['change the policy of the bucket', question('s3:PutBucketPolicy', arnOf.skillsBucket, inAccount)],
    ['turn off versions', question('s3:PutBucketVersioning', arnOf.skillsBucket, inAccount)],
    ['change the rules of others', question('events:PutRule', rule('nightly'), managed)],
    ['change a rule that somebody else manages', question('events:DeleteRule', rule('DO-NOT-DELETE-S3-Files-x'))],
  ])('may not %s', async (_, asked) => {
    expect(await ask(skills, asked)).toMatch(/Denied$/);
  });

  test('is kept to the prefix of a file system that has one', async () => {
    expect(await ask(docs, question('s3:GetObject', `${arnOf.archive}/docs/a`, inAccount))).toBe('Allowed');
    expect(await ask(docs, question('s3:GetObject', `${arnOf.archive}/docs2/a`, inAccount))).toMatch(/Denied$/);
    expect(await ask(docs, question('s3:PutObject', `${arnOf.archive}/secret`, inAccount))).toMatch(/Denied$/);
  });

  test.each<[string, string, Record<string, string>, RegExp]>([
    [
      'for a file system of the account',
      'elasticfilesystem',
      { 'aws:SourceAccount': ACCOUNT, 'aws:SourceArn': arnOf.skills },
      /^Allowed$/,
    ],
    [
      'for another account',
      'elasticfilesystem',
      { 'aws:SourceAccount': '999900001111', 'aws:SourceArn': arnOf.skills },
      /Denied$/,
    ],
    [
      'for something else',
      'elasticfilesystem',
      { 'aws:SourceAccount': ACCOUNT, 'aws:SourceArn': arnOf.cache },
      /Denied$/,
    ],
    ['as another service', 's3', { 'aws:SourceAccount': ACCOUNT, 'aws:SourceArn': arnOf.skills }, /Denied$/],
  ])('assumes its role %s or not', async (_, service, context, verdict) => {
    expect(await assume(skills, `${service}.amazonaws.com`, context)).toMatch(verdict);
  });

  test('uses the key of the bucket for this bucket only, through S3', async () => {
    const role = roleAt(keyed, /Skills\/Role/);
    const { KmsKeyId, Bucket } = keyed.resources('AWS::S3Files::FileSystem')[0].properties;
    const keyPolicy = keyed.resources('AWS::KMS::Key').find(({ stack }) => stack === 'Agents')!.properties.KeyPolicy;
    const context = { 'kms:ViaService': `s3.${REGION}.amazonaws.com`, 'kms:EncryptionContext:aws:s3:arn': Bucket };
    const use = (changes: Record<string, string>): Question => ({
      ...question('kms:Decrypt', KmsKeyId, { ...context, ...changes }),
      resourcePolicy: keyPolicy,
    });
    expect(await ask(role, use({}))).toBe('Allowed');
    expect(await ask(role, use({ 'kms:EncryptionContext:aws:s3:arn': 'arn:aws:s3:::somebody' }))).toMatch(/Denied$/);
    expect(await ask(role, use({ 'kms:ViaService': `secretsmanager.${REGION}.amazonaws.com` }))).toMatch(/Denied$/);
  });
});

describe('the function that copies a seed', () => {
  const assets = `arn:aws:s3:::cdk-hnb659fds-assets-${ACCOUNT}-${REGION}`;
  const asset = seeding.policies.flatMap(({ Statement }) => Statement).find(({ Sid }) => Sid === 'ReadAsset')!
    .Resource as string;

  test.each<Row>([
    ['read its seed', question('s3:GetObject', asset)],
    ['write it to its place', question('s3:PutObject', `${arnOf.skillsBucket}/skills/SKILL.md`)],
    ['compare', question('s3:ListBucket', arnOf.skillsBucket, { 's3:prefix': 'skills/' })],
    ['log', question('logs:PutLogEvents', `${logGroupOf(/SeedHandler\/Logs/)}:log-stream:x`)],
  ])('may %s', async (_, asked) => {
    expect(await ask(seeding, asked)).toBe('Allowed');
  });

  test.each<Row>([
    ['read other assets', question('s3:GetObject', `${assets}/other.zip`)],
    ['change its seed', question('s3:PutObject', asset)],
    ['write elsewhere in the bucket', question('s3:PutObject', `${arnOf.skillsBucket}/other/a`)],
    ['read the bucket', question('s3:GetObject', `${arnOf.skillsBucket}/skills/SKILL.md`)],
    ['list elsewhere', question('s3:ListBucket', arnOf.skillsBucket, { 's3:prefix': 'other/' })],
    ['delete', question('s3:DeleteObject', `${arnOf.skillsBucket}/skills/SKILL.md`)],
    ['write to another bucket', question('s3:PutObject', `${arnOf.archive}/skills/a`)],
    ['write the logs of others', question('logs:PutLogEvents', `${logGroupOf(/FlowLogGroup/)}:log-stream:x`)],
  ])('may not %s', async (_, asked) => {
    expect(await ask(seeding, asked)).toMatch(/Denied$/);
  });
});

describe('the look-up of the prefix list', () => {
  test.each<Row>([
    ['find prefix lists', question('ec2:DescribeManagedPrefixLists', '*')],
    ['log', question('logs:PutLogEvents', `${logGroupOf(/S3PrefixList\/LogGroup/)}:log-stream:x`)],
  ])('may %s', async (_, asked) => {
    expect(await ask(lookup, asked)).toBe('Allowed');
  });

  test.each<Row>([
    ['change a prefix list', question('ec2:ModifyManagedPrefixList', here('ec2', 'prefix-list/pl-6da54004'))],
    ['look at anything else', question('ec2:DescribeVpcs', '*')],
    ['read a bucket', question('s3:GetObject', `${arnOf.archive}/a`)],
  ])('may not %s', async (_, asked) => {
    expect(await ask(lookup, asked)).toMatch(/Denied$/);
  });
});

describe('the flow logs', () => {
  test('are written to their group and no other', async () => {
    const write = (group: string): Question => question('logs:PutLogEvents', `${group}:log-stream:eni`);
    expect(await ask(flowLog, write(logGroupOf(/FlowLogGroup/)))).toBe('Allowed');
    expect(await ask(flowLog, write(logGroupOf(/SeedHandler\/Logs/)))).toMatch(/Denied$/);
    expect(await ask(flowLog, question('logs:GetLogEvents', `${logGroupOf(/FlowLogGroup/)}:log-stream:eni`))).toMatch(
      /Denied$/,
    );
  });
});

describe('every role that a service assumes', () => {
  // Lambda is the exception: AWS does not say what it tells STS, and a role can be passed to it in its own account only
  const serviceOf = ({ trust }: DeployedRole): string => JSON.stringify(trust).match(/"Service":"([^"]+)"/)?.[1] ?? '';
  const roles = [deployed, keyed].flatMap((place) => place.roles());
  const ofServices = roles.filter((role) => !['', 'lambda.amazonaws.com'].includes(serviceOf(role)));

  test.each(ofServices.map((role) => [role.path, role] as const))('%s is closed to other accounts', (_, { trust }) => {
    for (const { Condition } of trust.Statement) {
      expect(Condition).toMatchObject({ StringEquals: { 'aws:SourceAccount': ACCOUNT }, ArnLike: expect.anything() });
    }
  });
});

describe('what stands on the way', () => {
  const policyOf = (service: string): PolicyDocument => {
    const endpoints = deployed.resources('AWS::EC2::VPCEndpoint').map(({ properties }) => properties);
    const { Version, Statement } = endpoints.find(({ ServiceName }) =>
      ServiceName.endsWith(`.${service}`),
    ).PolicyDocument;
    // IAM reads both forms alike, the simulator only the short one
    return { Version, Statement: Statement.map((statement: object) => ({ ...statement, Principal: '*' })) };
  };
  const everything: PolicyDocument = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  };

  test.each<[string, string, RegExp]>([
    ['the image layers of ECR', `arn:aws:s3:::prod-${REGION}-starport-layer-bucket/layer`, /^Allowed$/],
    ['a bucket of the account that nobody allowed', `${arnOf.archive}/a`, /Denied$/],
    ['the bucket of an attacker', 'arn:aws:s3:::attacker/loot', /Denied$/],
    ['session storage without being AgentCore', `arn:aws:s3:::acr-storage-1-${REGION}-an/a`, /Denied$/],
  ])('the S3 endpoint and %s', async (_, resource, verdict) => {
    const asked = { ...question('s3:GetObject', resource), also: [everything], endpointPolicy: policyOf('s3') };
    expect(await ask(claude, asked)).toMatch(verdict);
  });

  test.each(['bedrock-runtime', 'logs', 'monitoring', 'xray'])(
    'the endpoint of %s is closed to credentials of other accounts',
    async (service) => {
      const call = (account: string): Promise<string> => {
        const context = { 'aws:PrincipalAccount': account };
        const asked = {
          ...question('logs:DescribeLogStreams', here('logs', 'log-group:x'), context),
          also: [everything],
        };
        return ask(claude, { ...asked, endpointPolicy: policyOf(service) });
      };
      expect(await call(ACCOUNT)).toBe('Allowed');
      expect(await call('999900001111')).toMatch(/Denied$/);
    },
  );

  describe('the endpoints of ECR', () => {
    const [image, elsewhere] = [ACCOUNT, '999900001111'].map(
      (account) => `arn:aws:ecr:${REGION}:${account}:repository/agents`,
    );
    const login = ['ecr:GetAuthorizationToken', '*'] as const;
    const pull = (repository: string): readonly [string, string] => ['ecr:BatchGetImage', repository];
    // what IAM knows of each kind of caller; an AWS service has no account of its own
    const own = { 'aws:PrincipalAccount': ACCOUNT };
    const foreign = { 'aws:PrincipalAccount': '999900001111' };
    const service = { 'aws:PrincipalIsAWSService': 'true' };

    test.each<[string, readonly [string, string], Record<string, string>, RegExp]>([
      ['the role of the agent logs in', login, own, /^Allowed$/],
      ['the role of the agent pulls its image', pull(image), own, /^Allowed$/],
      ['a service of AWS logs in', login, service, /^Allowed$/],
      ['a service of AWS pulls the image', pull(image), service, /^Allowed$/],
      ['a service of AWS pulls from elsewhere', pull(elsewhere), service, /Denied$/],
      ['the role of the agent pulls from elsewhere', pull(elsewhere), own, /Denied$/],
      ['credentials of somebody else log in', login, foreign, /Denied$/],
      ['credentials of somebody else pull from elsewhere', pull(elsewhere), foreign, /Denied$/],
      ['credentials of somebody else pull the image', pull(image), foreign, /Denied$/],
      ['the role of the agent pushes', ['ecr:PutImage', image], own, /Denied$/],
    ])('%s', async (_, [action, resource], context, verdict) => {
      for (const endpoint of ['ecr.api', 'ecr.dkr']) {
        const asked = {
          ...question(action, resource, context),
          also: [everything],
          endpointPolicy: policyOf(endpoint),
        };
        expect(await ask(claude, asked)).toMatch(verdict);
      }
    });
  });

  describe('an added endpoint', () => {
    const stack = new Stack(new App(), 'Stack', { env: { account: ACCOUNT, region: REGION } });
    const { SQS } = ec2.InterfaceVpcEndpointAwsService;
    new AgentNetwork(stack, 'Network', { interfaceEndpoints: [SQS] });
    const endpoints = Object.values<any>(Template.fromStack(stack).findResources('AWS::EC2::VPCEndpoint'));
    const { PolicyDocument: endpointPolicy } = endpoints.find(({ Properties }) =>
      JSON.stringify(Properties.ServiceName).includes('sqs'),
    ).Properties as { PolicyDocument: PolicyDocument };
    endpointPolicy.Statement.forEach((statement) => Object.assign(statement, { Principal: '*' }));
    const queue = (account: string): string => `arn:aws:sqs:${REGION}:${account}:queue`;
    const [own, theirs] = [ACCOUNT, '999900001111'];

    test.each<[string, string | undefined, string, RegExp]>([
      ['credentials of this account at its own queue', own, own, /^Allowed$/],
      ['credentials of another account', theirs, theirs, /Denied$/],
      ['nobody at the queue of another account', undefined, theirs, /Denied$/],
      ['nobody at its own queue', undefined, own, /^Allowed$/],
    ])('and %s', async (_, principal, resource, verdict) => {
      const context = {
        'aws:ResourceAccount': resource,
        ...(principal === undefined ? {} : { 'aws:PrincipalAccount': principal }),
      };
      const asked = { ...question('sqs:SendMessage', queue(resource), context), also: [everything], endpointPolicy };
      expect(await ask(claude, asked)).toMatch(verdict);
    });
  });

  test('a key for logs encrypts the groups of its agents and no others', () => {
    const key = keyed.resources('AWS::KMS::Key').find(({ stack }) => stack === 'Agents')!;
    const statements: PolicyDocument['Statement'] = key.properties.KeyPolicy.Statement;
    const ofLogs = statements.filter(({ Principal }) => JSON.stringify(Principal).includes('logs.'));
    const contexts = ofLogs.map(({ Condition }) => Condition?.ArnLike?.['kms:EncryptionContext:aws:logs:arn']);
    expect(contexts).toEqual(
      expect.arrayContaining([
        here('logs', 'log-group:/aws/vendedlogs/bedrock-agentcore/runtime/*'),
        expect.stringMatching(/log-group:\/aws\/bedrock-agentcore\/runtimes\/\w+-\*$/),
      ]),
    );
    expect(contexts.every((context) => context !== undefined)).toBe(true);
  });
});
