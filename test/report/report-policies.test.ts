import { App, Stack, Validations } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { reportOf, reportOfResources } from './report-apps';

const team = (): Stack => new Stack(new App(), 'Team');
const reportOn = (stack: Stack): any => reportOf(stack.node.root as App).stacks[0];
const ANYBODY = { Effect: 'Allow', Principal: '*', Action: 'a:b', Resource: '*' };
const LET_IN = [{ principals: ['*'], actions: ['a:b'], resources: ['*'] }];

describe('resource policies', () => {
  test('the statement of an event bus, as the L2 writes it', () => {
    const stack = team();
    new events.EventBus(stack, 'Bus').addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'All',
        principals: [new iam.AnyPrincipal()],
        actions: ['events:PutEvents'],
        resources: ['r'],
      }),
    );
    expect(reportOn(stack).resourcePolicies).toEqual([
      {
        name: 'Bus',
        type: 'AWS::Events::EventBusPolicy',
        allow: [{ principals: ['*'], actions: ['events:PutEvents'], resources: ['r'] }],
      },
    ]);
  });

  test('an event bus whose policy is given by properties', () => {
    const Properties = { EventBusName: 'bus', Principal: '*', Action: 'events:PutEvents', StatementId: 'All' };
    const { resourcePolicies } = reportOfResources({ P: { Type: 'AWS::Events::EventBusPolicy', Properties } });
    expect(resourcePolicies[0]).toMatchObject({
      name: 'bus',
      allow: [{ principals: ['*'], actions: ['events:PutEvents'] }],
    });
  });

  const text = JSON.stringify({ Statement: [ANYBODY] });
  test.each<[string, unknown]>([
    ['JSON in a text', text],
    ['Fn::Sub', { 'Fn::Sub': text }],
    ['Fn::Join', { 'Fn::Join': ['', [text.slice(0, 40), text.slice(40)]] }],
    ['Fn::ToJsonString', { 'Fn::ToJsonString': { Statement: [ANYBODY] } }],
  ])('a document by %s', (_, document) => {
    const { resourcePolicies, identities } = reportOfResources({
      Key: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: document } },
      Files: { Type: 'AWS::S3::BucketPolicy', Properties: { Bucket: 'files', PolicyDocument: document } },
      Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: document } },
    });
    expect(resourcePolicies).toEqual([
      { name: 'Key', type: 'AWS::KMS::Key', allow: LET_IN },
      { name: 'files', type: 'AWS::S3::BucketPolicy', allow: LET_IN },
    ]);
    expect(identities[0].assumedBy).toEqual([{ name: '*', actions: ['a:b'] }]);
  });

  test('a document of which nothing can be read is said to be so', () => {
    const { resourcePolicies, identities } = reportOfResources({
      Key: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: { Ref: 'Given' } } },
      Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: 'not JSON' } },
    });
    expect(resourcePolicies).toEqual([{ name: 'Key', type: 'AWS::KMS::Key', unknown: [{ conditions: ['${Given}'] }] }]);
    expect(identities[0].assumedBy).toEqual([{ name: 'unknown: unknown principal', conditions: ['not JSON'] }]);
  });

  test('references inside of a text are those of the text', () => {
    const { resourcePolicies } = reportOfResources({
      Role: { Type: 'AWS::IAM::Role', Properties: {} },
      Key: {
        Type: 'AWS::KMS::Key',
        Properties: {
          KeyPolicy: {
            'Fn::Sub':
              '{"Statement":{"Effect":"Allow","Principal":{"AWS":"${Role.Arn}"},"Action":"kms:*","Resource":"*"}}',
          },
        },
      },
    });
    expect(resourcePolicies[0].allow[0].principals).toEqual(['${Role.Arn}']);
  });

  const document = { Statement: [ANYBODY] };
  test.each<[string, string, object]>([
    ['a topic', 'AWS::SNS::TopicInlinePolicy', { PolicyDocument: document }],
    ['a queue', 'AWS::SQS::QueueInlinePolicy', { PolicyDocument: document }],
    ['a replica of a key', 'AWS::KMS::ReplicaKey', { KeyPolicy: document }],
    ['a table', 'AWS::DynamoDB::Table', { ResourcePolicy: { PolicyDocument: document } }],
    [
      'a replica of a table',
      'AWS::DynamoDB::GlobalTable',
      { Replicas: [{ ResourcePolicy: { PolicyDocument: document } }] },
    ],
    ['an event bus', 'AWS::Events::EventBus', { Policy: document }],
    ['a REST API', 'AWS::ApiGateway::RestApi', { Policy: document }],
    ['a backup vault', 'AWS::Backup::BackupVault', { AccessPolicy: document }],
    ['a stream', 'AWS::Kinesis::ResourcePolicy', { ResourcePolicy: document }],
    ['a search domain', 'AWS::OpenSearchService::Domain', { AccessPolicies: document }],
    ['a public repository', 'AWS::ECR::PublicRepository', { RepositoryPolicyText: document }],
    ['a lattice service', 'AWS::VpcLattice::AuthPolicy', { Policy: document }],
    ['a trail', 'AWS::CloudTrail::ResourcePolicy', { ResourcePolicy: JSON.stringify(document) }],
    ['what is not known yet', 'AWS::New::Thing', { Deep: [{ Somewhere: { 'Fn::Sub': JSON.stringify(document) } }] }],
  ])('the policy of %s is found', (_, Type, Properties) => {
    expect(reportOfResources({ R: { Type, Properties } }).resourcePolicies).toEqual([
      { name: 'R', type: Type, allow: LET_IN },
    ]);
  });

  test('what masks logs is no policy', () => {
    const masks = { Statement: [{ DataIdentifier: ['x'], Operation: { Audit: {} } }] };
    const group = { Type: 'AWS::Logs::LogGroup', Properties: { DataProtectionPolicy: masks } };
    expect(reportOfResources({ Group: group }).resourcePolicies).toEqual([]);
  });

  test('how the URL of a function may be called', () => {
    const Properties = {
      FunctionName: 'fn',
      Action: 'lambda:InvokeFunctionUrl',
      Principal: '*',
      FunctionUrlAuthType: 'NONE',
    };
    const [entry] = reportOfResources({ P: { Type: 'AWS::Lambda::Permission', Properties } }).resourcePolicies;
    expect(entry.allow[0].conditions).toEqual(['FunctionUrlAuthType: NONE']);
  });
});

describe('who reads a secret', () => {
  const READ = 'secretsmanager:GetSecretValue';
  const KEY = { Type: 'AWS::SecretsManager::Secret', Properties: {} };
  const holding = (Statement: unknown, more: object = {}): object => ({
    Type: 'AWS::IAM::Role',
    Properties: { Policies: [{ PolicyDocument: { Statement } }], ...more },
  });
  const allow = (Resource: unknown): object => ({ Effect: 'Allow', Action: READ, Resource });
  const readers = (resources: Record<string, unknown>): string[] =>
    reportOfResources({ Key: KEY, ...resources }).secrets.find(({ name }: any) => name === 'Key').readBy;
  const PERHAPS = ['Reader (perhaps: known only at deployment)'];

  test('a role that is imported, and an account', () => {
    const stack = team();
    const secret = new secretsmanager.Secret(stack, 'Key');
    secret.grantRead(iam.Role.fromRoleName(stack, 'Theirs', 'their-role'));
    secret.grantRead(new iam.AccountPrincipal('444455556666'));
    expect(reportOn(stack).secrets[0].readBy).toEqual([
      'arn:${Partition}:iam::444455556666:root (by the policy of the secret)',
      'their-role (not made by this app)',
    ]);
  });

  test('a role of the app by the policy of the secret', () => {
    const ResourcePolicy = { Statement: { ...allow('*'), Principal: { AWS: { 'Fn::GetAtt': ['Reader', 'Arn'] } } } };
    expect(
      readers({
        Reader: { Type: 'AWS::IAM::Role', Properties: {} },
        Policy: {
          Type: 'AWS::SecretsManager::ResourcePolicy',
          Properties: { SecretId: { Ref: 'Key' }, ResourcePolicy },
        },
      }),
    ).toEqual(['Reader (by the policy of the secret)']);
  });

  const anybody = { ...allow('*'), Principal: '*' };
  test.each<[string, unknown, string]>([
    [
      'with a condition',
      { Statement: { ...anybody, Condition: { Bool: { a: 'b' } } } },
      '* (by the policy of the secret, under conditions)',
    ],
    [
      'behind a condition of the template',
      { 'Fn::If': ['Prod', { Statement: anybody }, { Statement: [] }] },
      '* (perhaps: known only at deployment, by the policy of the secret)',
    ],
    [
      'that is given at deployment',
      { Ref: 'Given' },
      'somebody (perhaps: known only at deployment, by the policy of the secret)',
    ],
  ])('whom a policy of the secret admits %s', (_, ResourcePolicy, reader) => {
    const Policy = {
      Type: 'AWS::SecretsManager::ResourcePolicy',
      Properties: { SecretId: { Ref: 'Key' }, ResourcePolicy },
    };
    expect(readers({ Policy })).toEqual([reader]);
  });

  test('whoever will hold a policy that nobody holds yet', () => {
    const Policy = {
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: { PolicyDocument: { Statement: allow({ Ref: 'Key' }) } },
    };
    expect(readers({ Policy })).toEqual(['whoever holds Policy']);
  });

  test.each([
    'SecretsManagerReadWrite',
    'AWSSecretsManagerClientReadOnlyAccess',
    'AdministratorAccess',
    'PowerUserAccess',
  ])('whoever holds %s', (name) => {
    const ManagedPolicyArns = [{ 'Fn::Sub': `arn:\${AWS::Partition}:iam::aws:policy/${name}` }];
    expect(readers({ Reader: holding([], { ManagedPolicyArns }) })).toEqual([`Reader (by ${name})`]);
  });

  test('a policy that names its role by its name', () => {
    expect(
      readers({
        Reader: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'reader' } },
        Policy: {
          Type: 'AWS::IAM::Policy',
          Properties: { Roles: ['reader'], PolicyDocument: { Statement: allow({ Ref: 'Key' }) } },
        },
      }),
    ).toEqual(['Reader']);
  });

  test.each<[string, unknown]>([
    ['a statement', [{ 'Fn::If': ['Prod', allow({ Ref: 'Key' }), { Ref: 'AWS::NoValue' }] }]],
    ['all statements', { 'Fn::If': ['Prod', [allow({ Ref: 'Key' })], []] }],
    ['the secret', allow({ 'Fn::If': ['Prod', { Ref: 'Key' }, 'arn:aws:s3:::other'] })],
    ['the action', { ...allow({ Ref: 'Key' }), Action: { 'Fn::If': ['Prod', READ, 'a:b'] } }],
    ['a macro', [{ 'Fn::Transform': { Name: 'Include' } }]],
  ])('%s is known only at deployment', (_, statement) => {
    expect(readers({ Reader: holding(statement) })).toEqual(PERHAPS);
  });

  test('a branch of a condition about something else', () => {
    const statement = { 'Fn::If': ['Prod', allow('arn:aws:s3:::bucket'), { Ref: 'AWS::NoValue' }] };
    expect(readers({ Reader: holding([statement]) })).toEqual(['nobody in this app']);
  });

  test('by the attachment of the secret to a database, which stands for it', () => {
    const Attachment = {
      Type: 'AWS::SecretsManager::SecretTargetAttachment',
      Properties: { SecretId: { Ref: 'Key' } },
    };
    expect(readers({ Attachment, Reader: holding(allow({ Ref: 'Attachment' })) })).toEqual(['Reader']);
  });
});

describe('roles that are named, not referred to', () => {
  const policy = (Type: string, more: object): object => ({
    Type,
    Properties: { PolicyDocument: { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }, ...more },
  });

  test.each<[string, object, object]>([
    ['by the policy', { RoleName: 'my-role' }, policy('AWS::IAM::Policy', { Roles: ['my-role'] })],
    ['by a managed policy', { RoleName: 'my-role' }, policy('AWS::IAM::ManagedPolicy', { Roles: ['My-Role'] })],
    [
      'the policy by the role',
      { ManagedPolicyArns: [{ 'Fn::Sub': 'arn:aws:iam::${AWS::AccountId}:policy/team/all' }] },
      policy('AWS::IAM::ManagedPolicy', { ManagedPolicyName: 'all', Path: '/team/' }),
    ],
  ])('%s', (_, Properties, Policy) => {
    const { identities } = reportOfResources({ Role: { Type: 'AWS::IAM::Role', Properties }, Policy });
    expect(identities.map(({ name, allow }: any) => [name, allow])).toEqual([
      ['Role', [{ actions: ['*'], resources: ['*'] }]],
    ]);
  });

  test('names that two stacks have are those of their own stack', () => {
    const app = new App();
    for (const id of ['One', 'Two']) {
      const stack = new Stack(app, id);
      new iam.CfnRole(stack, 'Role', { assumeRolePolicyDocument: {}, roleName: 'agent' });
      new iam.CfnPolicy(stack, 'Policy', {
        policyName: 'p',
        roles: ['agent'],
        policyDocument: { Statement: { Effect: 'Allow', Action: `a:${id}`, Resource: 'r' } },
      });
    }
    expect(reportOf(app).stacks.map(({ identities }) => identities[0].allow[0].actions)).toEqual([
      ['a:One'],
      ['a:Two'],
    ]);
  });

  test('a policy of AWS with the name of one of the app is another', () => {
    const ManagedPolicyArns = ['arn:aws:iam::aws:policy/all'];
    const { identities } = reportOfResources({
      Role: { Type: 'AWS::IAM::Role', Properties: { ManagedPolicyArns } },
      Policy: policy('AWS::IAM::ManagedPolicy', { ManagedPolicyName: 'all' }),
    });
    expect(identities[1]).toMatchObject({ name: 'Role', managedPolicies: ManagedPolicyArns });
  });
});

describe('why a wildcard is accepted', () => {
  function wildcards(rule: string, ...statements: iam.PolicyStatement[]): any[] {
    const stack = team();
    const role = new iam.Role(stack, 'Role', {
      assumedBy: new iam.ServicePrincipal('bedrock-agentcore.amazonaws.com'),
    });
    new iam.ManagedPolicy(stack, 'Policy', { roles: [role], statements });
    Validations.of(stack.node.findChild('Policy')).acknowledge({ id: rule, reason: 'it was discussed' });
    return reportOn(stack).identities[0].wildcards;
  }
  const allow = (action: string, resource = '*'): iam.PolicyStatement =>
    new iam.PolicyStatement({ actions: [action], resources: [resource] });
  const UNEXPLAINED = { unexplained: 'no reason is given' };

  test('a rule of ours explains what it finds, and not what comes later', () => {
    const rule = 'AgentCoreChecks::AC_WORKLOAD_IDENTITY_GRANT_NAMED';
    const grant = allow('bedrock-agentcore:GetWorkloadAccessToken');
    expect(wildcards(rule, grant)).toEqual([{ name: '*', reason: 'it was discussed' }]);
    expect(wildcards(rule, grant, allow('iam:*'))).toEqual([
      { name: '*', reason: 'it was discussed' },
      { name: '*', ...UNEXPLAINED },
      { name: 'iam:*', ...UNEXPLAINED },
    ]);
  });

  test('a reason for everything in a policy is said to be one', () => {
    const [wildcard] = wildcards('AwsSolutions::AwsSolutions-IAM5', allow('iam:*', 'r'));
    expect(wildcard).toEqual({
      name: 'iam:*',
      reason: 'it was discussed',
      unexplained: 'the reason was given for every wildcard of the policy, not for this one',
    });
  });
});
