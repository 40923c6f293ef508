import fs, { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import { CATALOGUE } from '../../lib/contract/catalogue';
import { GitHubAppBroker } from '../../lib/git/github-app-broker';
import { messages, resource, thrownBy } from '../fixture';
import { TestNetwork, TestPublicNetwork } from '../storage/network-fixture';
import { appOf, ENV, KEY_ARN, makeBroker, makeStack, packed, strictly } from './fixture';

const FUNCTION = 'AWS::Lambda::Function';
const POLICY = 'AWS::IAM::ManagedPolicy';
const configOf = (stack: Stack) => JSON.parse(packed(stack, 'GitHubApp').read('config.json'));

test('is a function that only its alias is called by', () => {
  const { stack, made } = makeBroker();
  const template = Template.fromStack(stack);
  template.hasResourceProperties(FUNCTION, {
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    Handler: 'index.handler',
    Timeout: 30,
    MemorySize: 512,
    ReservedConcurrentExecutions: 10,
    Environment: { Variables: { KEY_ARN } },
    KmsKeyArn: Match.absent(),
    VpcConfig: Match.absent(),
    TracingConfig: Match.absent(),
    LoggingConfig: { LogGroup: { Ref: Match.stringLikeRegexp('^GitHubAppLogs') } },
  });
  template.resourceCountIs('AWS::Lambda::Url', 0);
  template.resourceCountIs('AWS::Lambda::Permission', 0);
  template.hasResourceProperties('AWS::Lambda::Alias', { Name: 'live' });
  template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
    Qualifier: Match.anyValue(),
    MaximumRetryAttempts: 0,
    MaximumEventAgeInSeconds: 60,
  });
  const [alias] = Object.keys(template.findResources('AWS::Lambda::Alias'));
  expect(stack.resolve(made.brokerFunction.functionArn)).toEqual({ Ref: alias });
});

test('may sign with one key and write its log, and nothing else', () => {
  const { stack } = makeBroker();
  const template = Template.fromStack(stack);
  const { Roles, PolicyDocument } = resource(template, POLICY).Properties;
  const [role] = Object.keys(template.findResources('AWS::IAM::Role'));
  expect(Roles).toEqual([{ Ref: role }]);
  expect(PolicyDocument.Statement).toEqual([
    {
      Sid: 'SignAsGitHubApp',
      Effect: 'Allow',
      Action: 'kms:Sign',
      Resource: KEY_ARN,
      Condition: {
        StringEquals: { 'kms:MessageType': 'DIGEST', 'kms:SigningAlgorithm': 'RSASSA_PKCS1_V1_5_SHA_256' },
      },
    },
    {
      Sid: 'Log',
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: { 'Fn::GetAtt': [expect.stringMatching(/^GitHubAppLogs/), 'Arn'] },
    },
  ]);
  template.resourceCountIs('AWS::IAM::Policy', 0);
  template.hasResourceProperties('AWS::IAM::Role', { ManagedPolicyArns: Match.absent() });
  expect(resource(template, FUNCTION).DependsOn).toContainEqual(expect.stringMatching(/^GitHubAppPolicy/));
});

test('logs for a year to a group that masks credentials and stays', () => {
  const { DeletionPolicy, Properties } = resource(Template.fromStack(makeBroker().stack), 'AWS::Logs::LogGroup');
  expect([DeletionPolicy, Properties.RetentionInDays]).toEqual(['RetainExceptOnCreate', 365]);
  const { Configuration, Statement } = Properties.DataProtectionPolicy;
  const names = Configuration.CustomDataIdentifier.map(({ Name }: any) => Name);
  expect(names).toContain('GitHubToken');
  for (const { DataIdentifier } of Statement) {
    expect(DataIdentifier).toEqual(expect.arrayContaining(names));
  }
});

describe('the settings', () => {
  test('lie beside the code, with every default', () => {
    const { stack } = makeBroker();
    expect(configOf(stack)).toEqual({
      apiUrl: 'https://api.github.com',
      clientId: 'Iv23liAbCdEfGhIjKlMn',
      installationId: 12345678,
      repositories: ['acme/web', 'acme/api'],
      tools: GitHubAppBroker.DEFAULT_TOOLS,
      largestResult: 50_000,
      cacheMinutes: 45,
    });
    const code = readFileSync(join(__dirname, '..', '..', 'assets', 'github-broker', 'index.mjs'), 'utf8');
    expect(packed(stack, 'GitHubApp').read('index.mjs')).toBe(code);
  });

  test('stand in the template, with what tokens may carry', () => {
    const { stack } = makeBroker({ tools: ['get_issue', 'push_files', 'create_branch', 'get_file_contents'] });
    const { Metadata } = resource(Template.fromStack(stack), FUNCTION);
    expect(Metadata['cdk-coding-agents:github']).toEqual({
      ...configOf(stack),
      permissions: { contents: 'write', issues: 'read' },
    });
  });

  test('show each permission at its highest level, whatever comes first', () => {
    const permissions = (tools: string[]) =>
      resource(Template.fromStack(makeBroker({ tools }).stack), FUNCTION).Metadata['cdk-coding-agents:github']
        .permissions;
    expect(permissions(['create_issue', 'get_issue'])).toEqual({ issues: 'write' });
    expect(permissions(['get_issue', 'create_issue'])).toEqual({ issues: 'write' });
  });

  test('make the same code each time, and other code when they change', () => {
    const hash = (repositories: string[]) => packed(makeBroker({ repositories }).stack, 'GitHubApp').hash;
    expect(hash(['acme/web'])).toBe(hash(['acme/web']));
    expect(hash(['acme/web'])).not.toBe(hash(['acme/api']));
  });

  test('make a new version when they change', () => {
    const version = (repositories: string[]) =>
      Object.keys(Template.fromStack(makeBroker({ repositories }).stack).findResources('AWS::Lambda::Version'));
    expect(version(['acme/web'])).not.toEqual(version(['acme/api']));
  });

  test('are found where assets are not copied', () => {
    const stack = makeStack({ 'aws:cdk:disable-asset-staging': true });
    makeBroker({}, stack);
    const folder = assetPath(stack);
    expect(JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'))).toMatchObject({ installationId: 12345678 });
    rmSync(folder, { recursive: true });
  });

  test('leave nothing behind elsewhere', () => {
    const temporary = jest.spyOn(fs, 'mkdtempSync');
    makeBroker();
    const folders = temporary.mock.results.map(({ value }) => String(value)).filter((name) => name.includes('agents-'));
    temporary.mockRestore();
    expect(folders.map((folder) => [folder, existsSync(folder)])).toEqual([[expect.any(String), false]]);
  });

  test.each<[string, string]>([
    ['github.com', 'https://api.github.com'],
    ['GitHub.com', 'https://api.github.com'],
    ['acme.ghe.com', 'https://api.acme.ghe.com'],
    ['github.example.com', 'https://github.example.com/api/v3'],
    ['github.acme.internal', 'https://github.acme.internal/api/v3'],
  ])('for host %s name %s', (host, apiUrl) => {
    expect(configOf(makeBroker({ host }).stack).apiUrl).toBe(apiUrl);
  });

  test.each([0, 50])('take %d minutes of cache', (cacheMinutes) => {
    expect(configOf(makeBroker({ cacheMinutes }).stack).cacheMinutes).toBe(cacheMinutes);
  });

  test.each([1_000, 1_000_000])('take results of %d characters', (largestResult) => {
    expect(configOf(makeBroker({ largestResult }).stack).largestResult).toBe(largestResult);
  });

  test('take 500 repositories', () => {
    const repositories = Array.from({ length: 500 }, (_, i) => `acme/repository-${i}`);
    expect(configOf(makeBroker({ repositories }).stack).repositories).toEqual(repositories);
  });

  test.each(['Iv1.0123456789abcdef', 'Iv23liAbCdEfGhIjKlMn', '123456'])('take client id %s', (clientId) => {
    expect(configOf(makeBroker({ clientId }).stack).clientId).toBe(clientId);
  });

  test.each(['a/b', `${'a'.repeat(39)}/${'b'.repeat(100)}`, 'Acme-1/.github', 'acme/a.b_c-d'])(
    'take repository %s',
    (repository) => {
      expect(configOf(makeBroker({ repositories: [repository] }).stack).repositories).toEqual([repository]);
    },
  );
});

/** where an asset lies that is used in place */
function assetPath(stack: Stack): string {
  const assembly = (stack.node.root as App).synth();
  const manifest = JSON.parse(readFileSync(join(assembly.directory, `${stack.artifactId}.assets.json`), 'utf8'));
  const sources = Object.values<any>(manifest.files).map(({ source }) => source.path as string);
  return sources.find((path) => path.includes('coding-agents-'))!;
}

describe('the tools', () => {
  test('are those of the catalogue without deletes and merges', () => {
    const { made } = makeBroker();
    const expected = CATALOGUE.filter(({ sensitive }) => sensitive !== true);
    expect(made.tools.map(({ name }) => name)).toEqual(expected.map(({ name }) => name));
    expect(made.writeTools).toEqual(
      expected.filter(({ permission }) => permission.level === 'write').map(({ name }) => name),
    );
    expect(made.tools.map(({ name }) => name)).not.toContain('merge_pull_request');
  });

  test('are described as in the catalogue, in the words of the L2', () => {
    const [tool] = makeBroker({ tools: ['push_files'] }).made.tools;
    const row = CATALOGUE.find(({ name }) => name === 'push_files')!;
    const plain = (schema: any): any =>
      schema && {
        ...schema,
        type: schema.type.value,
        items: plain(schema.items),
        properties:
          schema.properties &&
          Object.fromEntries(Object.entries(schema.properties).map(([name, inner]) => [name, plain(inner)])),
      };
    expect(tool.description).toBe(row.description);
    expect(plain(tool.inputSchema)).toEqual(row.inputSchema);
  });

  test('can be the reading ones', () => {
    const { made } = makeBroker({ tools: GitHubAppBroker.READ_TOOLS });
    expect(made.tools.length).toBeGreaterThan(10);
    expect(made.writeTools).toEqual([]);
  });

  test('that delete or merge take their name and a reason', () => {
    const { stack, made } = makeBroker({
      tools: ['merge_pull_request'],
      allowSensitivePermissions: { reason: 'a sandbox that is thrown away every night' },
    });
    expect(made.writeTools).toEqual(['merge_pull_request']);
    expect(configOf(stack).tools).toEqual(['merge_pull_request']);
  });

  test.each<[string, Parameters<typeof makeBroker>[0], string]>([
    [
      'NoTools',
      { tools: [] },
      'tools is empty, so the broker could do nothing; allowed: one tool or more; name some, or leave it away for all that neither delete nor merge',
    ],
    [
      'ToolListedTwice',
      { tools: ['get_issue', 'list_issues', 'get_issue'] },
      "a tool is listed twice (got 'get_issue')",
    ],
    ['UnknownTool', { tools: ['get_isue'] }, "there is no such tool (got 'get_isue')"],
    ['UnknownTool', { tools: ['get_isue'] }, "did you mean 'get_issue'?"],
    ['UnknownTool', { tools: ['__proto__'] }, "there is no such tool (got '__proto__')"],
    [
      'SensitiveTool',
      { tools: ['get_issue', 'merge_pull_request', 'delete_branch'] },
      "tools that delete or merge are switched off (got 'merge_pull_request, delete_branch'); allowed: such tools only with a reason; remove them, or set allowSensitivePermissions: { reason: '...' }",
    ],
    [
      'SensitiveReasonTooShort',
      { tools: ['delete_branch'], allowSensitivePermissions: { reason: 'we need it        ' } },
      "the reason of allowSensitivePermissions says too little (got 'we need it'); allowed: at least 20 characters; say what makes it acceptable, for whoever reviews the template",
    ],
    [
      'NothingSensitive',
      { allowSensitivePermissions: { reason: 'a sandbox that is thrown away every night' } },
      'allowSensitivePermissions is set, but no tool deletes or merges; allowed: it together with such tools, which are never on by default; name them in `tools`, or remove it',
    ],
  ])('%s: %j', (code, props, text) => {
    const error = thrownBy(() => makeBroker(props));
    expect(error.code).toBe(code);
    expect(error.text).toContain(text);
  });
});

test.each([
  ['cacheMinutes', -1, '0 to 50'],
  ['cacheMinutes', 51, '0 to 50'],
  ['cacheMinutes', 1.5, '0 to 50'],
  ['cacheMinutes', Number.NaN, '0 to 50'],
  ['largestResult', 999, '1000 to 1000000'],
  ['largestResult', 1_000_001, '1000 to 1000000'],
])('%s is not %d', (prop, value, range) => {
  const error = thrownBy(() => makeBroker({ [prop]: value }));
  expect(error.code).toBe('OutOfRange');
  expect(error.text).toContain(
    `${prop} is out of range (got ${value}); allowed: a whole number from ${range}; leave it away for the default`,
  );
});

describe('in a network', () => {
  test('joins its subnets and security groups', () => {
    const stack = makeStack();
    const network = new TestNetwork(stack);
    makeBroker({ network }, stack);
    Template.fromStack(stack).hasResourceProperties(FUNCTION, {
      VpcConfig: {
        SubnetIds: network.subnets.map(({ subnetId }) => stack.resolve(subnetId)),
        SecurityGroupIds: network.securityGroups.map(({ securityGroupId }) => stack.resolve(securityGroupId)),
      },
    });
  });

  test('lets Lambda manage its interfaces, and not its own code', () => {
    const stack = makeStack();
    makeBroker({ network: new TestNetwork(stack) }, stack);
    const template = Template.fromStack(stack);
    const { Statement } = resource(template, POLICY, 'GitHubAppNetworkPolicy').Properties.PolicyDocument;
    const [allow, deny] = Statement;
    expect(allow).toEqual({
      Sid: 'Interfaces',
      Effect: 'Allow',
      Action: expect.arrayContaining(['ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface']),
      Resource: '*',
    });
    expect(deny).toEqual({
      Sid: 'NotForTheCode',
      Effect: 'Deny',
      Action: allow.Action,
      Resource: '*',
      Condition: { Null: { 'lambda:SourceFunctionArn': 'false' } },
    });
    expect(allow.Action.every((action: string) => action.startsWith('ec2:'))).toBe(true);
    expect(resource(template, FUNCTION).DependsOn).toContainEqual(expect.stringMatching(/^GitHubAppNetworkPolicy/));
  });

  test('that is public has no VPC to join', () => {
    const stack = makeStack();
    makeBroker({ network: new TestPublicNetwork(stack, 'Public') }, stack);
    const template = Template.fromStack(stack);
    template.hasResourceProperties(FUNCTION, { VpcConfig: Match.absent() });
    template.resourceCountIs(POLICY, 1);
  });
});

test('encryptionKey covers log and environment', () => {
  const stack = makeStack();
  makeBroker({ encryptionKey: new kms.Key(stack, 'Key') }, stack);
  const template = Template.fromStack(stack);
  const key = { 'Fn::GetAtt': [Match.stringLikeRegexp('^Key'), 'Arn'] };
  template.hasResourceProperties(FUNCTION, { KmsKeyArn: key });
  template.hasResourceProperties('AWS::Logs::LogGroup', { KmsKeyId: key });
  const { Statement } = resource(template, 'AWS::KMS::Key').Properties.KeyPolicy;
  expect(Statement).toContainEqual(
    expect.objectContaining({
      Principal: { Service: 'logs.eu-west-1.amazonaws.com' },
      Condition: {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': {
            'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':logs:eu-west-1:111122223333:log-group:Stack-*']],
          },
        },
      },
    }),
  );
});

test('logRetention', () => {
  const { stack } = makeBroker({ logRetention: logs.RetentionDays.TEN_YEARS });
  Template.fromStack(stack).hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 3653 });
  expect(thrownBy(() => makeBroker({ logRetention: logs.RetentionDays.INFINITE })).code).toBe('LogsKeptForever');
});

test('reservedConcurrency', () => {
  const { stack } = makeBroker({ reservedConcurrency: 1 });
  Template.fromStack(stack).hasResourceProperties(FUNCTION, { ReservedConcurrentExecutions: 1 });
});

test.each([0, -1, 1.5])('reservedConcurrency is not %d', (reservedConcurrency) => {
  const error = thrownBy(() => makeBroker({ reservedConcurrency }));
  expect(error.code).toBe('InvalidReservedConcurrency');
  expect(error.text).toContain(
    `reservedConcurrency says how many calls may run at once (got ${reservedConcurrency}); allowed: a whole number, 1 or more; leave it away for 10`,
  );
});

describe('metrics', () => {
  test.each([
    ['metricCalls', 'Calls', 'Sum'],
    ['metricErrors', 'Errors', 'Sum'],
    ['metricMints', 'Mints', 'Sum'],
    ['metricCacheHits', 'CacheHits', 'Sum'],
    ['metricRateLimits', 'RateLimits', 'Sum'],
    ['metricDuration', 'Duration', 'p90'],
  ] as const)('%s', (method, metricName, statistic) => {
    const { stack, made } = makeBroker();
    const metric = made[method]();
    expect(stack.resolve(metric.toMetricConfig().metricStat)).toMatchObject({
      namespace: 'CodingAgents/Broker',
      metricName,
      statistic,
      region: 'eu-west-1',
      account: '111122223333',
      dimensions: [{ name: 'Broker', value: { Ref: expect.stringMatching(/^GitHubAppFunction/) } }],
    });
  });

  test('take a dimension more', () => {
    const metric = makeBroker().made.metricErrors({ dimensionsMap: { Code: 'RateLimited' } });
    expect(metric.dimensions).toMatchObject({ Code: 'RateLimited', Broker: expect.any(String) });
  });
});

test('warns of nothing', () => {
  expect(messages(makeBroker())).toEqual([]);
});

test.each([
  ['any account', undefined],
  ['a known account', ENV],
])('CloudFormation has nothing to say in %s', (_, env) => {
  strictly(env, (stack) => {
    const network = new TestNetwork(stack);
    const encryptionKey = new kms.Key(stack, 'Key', { enableKeyRotation: true });
    const app = appOf(stack);
    new GitHubAppBroker(stack, 'GitHubApp', app);
    new GitHubAppBroker(stack, 'Other', { ...app, network, encryptionKey, host: 'github.example.com' });
  });
});

describe('protected paths', () => {
  test('are those of pipelines, and the names that the team adds', () => {
    expect(configOf(makeBroker().stack)).not.toHaveProperty('protectedPaths');
    const { stack } = makeBroker({ protectedPaths: ['/infra', '*.tf'] });
    expect(configOf(stack).protectedPaths).toEqual(['/infra', '*.tf']);
  });
});

describe('the default branch', () => {
  test('is closed to pushes, unless a reason opens it', () => {
    expect(configOf(makeBroker().stack).allowDefaultBranch).toBeUndefined();
    const reason = 'a repository of generated notes, which nobody runs';
    const { stack } = makeBroker({ allowDefaultBranch: { reason } });
    expect(configOf(stack).allowDefaultBranch).toBe(true);
    expect(resource(Template.fromStack(stack), FUNCTION).Metadata).toMatchObject({
      'cdk-coding-agents:github': { allowDefaultBranch: true },
      'cdk-coding-agents:allowDefaultBranch': reason,
    });
  });

  test('is not opened without saying why', () => {
    const error = thrownBy(() => makeBroker({ allowDefaultBranch: { reason: 'faster' } }));
    expect(error.code).toBe('SensitiveReasonTooShort');
    expect(error.text).toContain("the reason of allowDefaultBranch says too little (got 'faster')");
  });
});
