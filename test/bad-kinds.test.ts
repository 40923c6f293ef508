/*
 * What a compiler would refuse, and what JavaScript and Python let through: every prop of every interface gets values of
 * another kind, or is left away. The rows are made from the interfaces, so a new prop is tried by itself.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, Lazy } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as ts from 'typescript';
import {
  AgentAlarms,
  AgentAuditTrail,
  AgentCli,
  AgentDashboard,
  AgentNetwork,
  AgentPrices,
  BedrockModel,
  CodingAgent,
  ConsentPortal,
  Egress,
  Filesystem,
  GitCredential,
  GitHubAppBroker,
  GitHubAppKey,
  InboundAuth,
  LlmGatewayAuth,
  McpGateway,
  ModelRoute,
  OAuthVendor,
  OutboundIdentity,
  PrivateEndpoint,
  S3FilesFileSystem,
  SchemaSource,
  TokenVaultKey,
  ToolTarget,
  TransactionSearch,
} from '../lib';
import { PROP_TYPES } from '../lib/private/prop-types';
import { testBadInput, type Refused } from './bad-input';
import { Fixture } from './fixture';

const LIB = join(__dirname, '..', 'lib');
const ISSUER = 'https://login.example.com/.well-known/openid-configuration';
const JWT = { discoveryUrl: ISSUER, allowedClients: ['coding-agents'] };

interface World {
  readonly f: Fixture;
  readonly secret: () => secretsmanager.ISecret;
  readonly reference: () => { secret: secretsmanager.ISecret; jsonKey: string };
  readonly key: () => kms.Key;
  readonly app: () => object;
  readonly gateway: () => McpGateway;
  readonly none: () => OutboundIdentity;
}

function worldOf(f: Fixture): World {
  const secret = () => new secretsmanager.Secret(f.stack, 'Secret');
  const key = () => new kms.Key(f.stack, 'Key');
  return {
    f,
    secret,
    key,
    reference: () => ({ secret: secret(), jsonKey: 'token' }),
    app: () => ({
      clientId: 'Iv23liABCDEFGHIJ',
      installationId: 12345678,
      key: GitHubAppKey.kms(
        kms.Key.fromKeyArn(
          f.stack,
          'Signer',
          'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
        ),
      ),
      repositories: ['acme/web'],
    }),
    gateway: () => new McpGateway(f.stack, 'Tools', { inboundAuth: InboundAuth.iam() }),
    none: () => OutboundIdentity.none({ reason: 'documentation that everybody may read' }),
  };
}

/** How each interface is used: the props that are right, and what takes them. */
const USES: Record<string, { type: string; right: (w: World) => object; take: (w: World, props: any) => unknown }> = {
  'new CodingAgent': {
    type: 'CodingAgentProps',
    right: ({ f }) => ({ cli: AgentCli.fromRepository(f.repository, '1'), network: f.network }),
    take: ({ f }, props) => new CodingAgent(f.stack, 'Agent', props),
  },
  'CodingAgent.addEndpoint': {
    type: 'AgentEndpointOptions',
    right: () => ({ version: '1' }),
    take: ({ f }, props) => f.agent().addEndpoint('live', props),
  },
  'CodingAgent.fromCodingAgentAttributes': {
    type: 'CodingAgentAttributes',
    right: () => ({ runtimeArn: 'arn:aws:bedrock-agentcore:eu-central-1:111122223333:runtime/claude-0123456789' }),
    take: ({ f }, props) => CodingAgent.fromCodingAgentAttributes(f.stack, 'Agent', props),
  },
  'new AgentNetwork': {
    type: 'AgentNetworkProps',
    right: () => ({}),
    take: ({ f }, props) => new AgentNetwork(f.stack, 'Network', props),
  },
  'AgentNetwork.fromVpc': {
    type: 'FromVpcProps',
    right: ({ f }) => ({ vpc: f.vpc }),
    take: ({ f }, props) => AgentNetwork.fromVpc(f.stack, 'Network', props),
  },
  'AgentNetwork.publicInternet': {
    type: 'PublicInternetOptions',
    right: () => ({ reason: 'a sandbox account without any data' }),
    take: (_, props) => AgentNetwork.publicInternet(props),
  },
  'Egress.internet': {
    type: 'InternetEgressOptions',
    right: () => ({}),
    take: (_, props) => Egress.internet(props),
  },
  'AgentCli.claudeCode': {
    type: 'ClaudeCodeOptions',
    right: () => ({}),
    take: (_, props) => AgentCli.claudeCode(props),
  },
  'AgentCli.codex': { type: 'CodexOptions', right: () => ({}), take: (_, props) => AgentCli.codex(props) },
  'AgentCli.kiro': {
    type: 'VendorCliOptions',
    right: ({ f }) => ({ image: AgentCli.fromRepository(f.repository, '1') }),
    take: (_, props) => AgentCli.kiro(props),
  },
  'AgentCli.custom': {
    type: 'CustomCliOptions',
    right: ({ f }) => ({ image: AgentCli.fromRepository(f.repository, '1') }),
    take: (_, props) => AgentCli.custom(props),
  },
  'AgentCli.fromCode': {
    type: 'AgentCodeProps',
    right: () => ({ path: __dirname, runtime: 'NODE_22', entryPoint: ['fixture.ts'] }),
    take: (_, props) => AgentCli.fromCode(props),
  },
  'ModelRoute.provider': {
    type: 'SecretReference',
    right: ({ reference }) => reference(),
    take: (_, props) => ModelRoute.provider(props),
  },
  'ModelRoute.llmGateway': {
    type: 'LlmGatewayProps',
    right: () => ({
      url: 'https://llm.example.com',
      auth: LlmGatewayAuth.none({ reason: 'guarded by the network of it' }),
    }),
    take: (_, props) => ModelRoute.llmGateway(props),
  },
  'LlmGatewayAuth.none': {
    type: 'OpenLlmGatewayOptions',
    right: () => ({ reason: 'guarded by the network of the company' }),
    take: (_, props) => LlmGatewayAuth.none(props),
  },
  'BedrockModel.applicationInferenceProfile': {
    type: 'ApplicationInferenceProfileOptions',
    right: () => ({ modelId: 'anthropic.claude-opus-5-5' }),
    take: (_, props) =>
      BedrockModel.applicationInferenceProfile(
        'arn:aws:bedrock:eu-central-1:111122223333:application-inference-profile/abcdefghijkl',
        props,
      ),
  },
  'InboundAuth.jwt': { type: 'JwtAuthProps', right: () => JWT, take: (_, props) => InboundAuth.jwt(props) },
  'new McpGateway': {
    type: 'McpGatewayProps',
    right: () => ({ inboundAuth: InboundAuth.iam() }),
    take: ({ f }, props) => new McpGateway(f.stack, 'Tools', props),
  },
  'McpGateway.fromMcpGatewayAttributes': {
    type: 'McpGatewayAttributes',
    right: () => ({
      gatewayArn: 'arn:aws:bedrock-agentcore:eu-central-1:111122223333:gateway/tools-abcdefghij',
      inboundAuth: InboundAuth.iam(),
    }),
    take: ({ f }, props) => McpGateway.fromMcpGatewayAttributes(f.stack, 'Tools', props),
  },
  'ToolTarget.github': {
    type: 'GitHubTargetProps',
    right: ({ none }) => ({ identity: none() }),
    take: (_, props) => ToolTarget.github(props),
  },
  'ToolTarget.jira': {
    type: 'JiraTargetProps',
    right: ({ none }) => ({ identity: none() }),
    take: (_, props) => ToolTarget.jira(props),
  },
  'ToolTarget.mcpServer': {
    type: 'McpServerTargetProps',
    right: ({ none }) => ({ identity: none(), endpoint: 'https://mcp.example.com' }),
    take: ({ gateway }, props) => gateway().addTarget('docs', ToolTarget.mcpServer(props)),
  },
  'ToolTarget.openApi': {
    type: 'OpenApiTargetProps',
    right: ({ none }) => ({ identity: none(), schema: SchemaSource.fromInline('{}') }),
    take: (_, props) => ToolTarget.openApi(props),
  },
  'ToolTarget.lambdaFunction': {
    type: 'LambdaTargetProps',
    right: ({ f }) => ({
      function: lambda.Function.fromFunctionArn(f.stack, 'F', 'arn:aws:lambda:eu-central-1:111122223333:function:f'),
      tools: [],
    }),
    take: (_, props) => ToolTarget.lambdaFunction(props),
  },
  'ToolTarget.agentRuntime': {
    type: 'AgentRuntimeTargetProps',
    right: ({ f }) => ({ runtime: f.agent().runtime }),
    take: (_, props) => ToolTarget.agentRuntime(props),
  },
  'OutboundIdentity.bot': {
    type: 'BotProps',
    right: ({ reference }) => reference(),
    take: (_, props) => OutboundIdentity.bot(props),
  },
  'OutboundIdentity.clientCredentials': {
    type: 'ClientCredentialsProps',
    right: ({ reference }) => ({ discoveryUrl: ISSUER, clientId: 'gateway', clientSecret: reference() }),
    take: (_, props) => OutboundIdentity.clientCredentials(props),
  },
  'OutboundIdentity.onBehalfOf': {
    type: 'OnBehalfOfProps',
    right: ({ reference }) => ({ discoveryUrl: ISSUER, clientId: 'gateway', clientSecret: reference(), scopes: ['a'] }),
    take: (_, props) => OutboundIdentity.onBehalfOf(props),
  },
  'OutboundIdentity.microsoft': {
    type: 'MicrosoftOnBehalfOfProps',
    right: ({ reference }) => ({
      tenantId: '11111111-2222-3333-4444-555555555555',
      clientId: 'gateway',
      clientSecret: reference(),
      scopes: ['a'],
    }),
    take: (_, props) => OutboundIdentity.microsoft(props),
  },
  'OutboundIdentity.userConsent': {
    type: 'UserConsentProps',
    right: ({ reference }) => ({
      vendor: OAuthVendor.slack(),
      clientId: 'slack',
      clientSecret: reference(),
      scopes: ['chat:write'],
      returnUrl: 'https://portal.example.com/done',
    }),
    take: (_, props) => OutboundIdentity.userConsent(props),
  },
  'OutboundIdentity.gatewayRole': {
    type: 'GatewayRoleOptions',
    right: () => ({}),
    take: (_, props) => OutboundIdentity.gatewayRole(props),
  },
  'OutboundIdentity.none': {
    type: 'NoIdentityOptions',
    right: () => ({ reason: 'documentation that everybody may read' }),
    take: (_, props) => OutboundIdentity.none(props),
  },
  'PrivateEndpoint.inVpc': {
    type: 'VpcEndpointOptions',
    right: ({ f }) => ({ vpc: f.vpc, securityGroups: [f.group] }),
    take: (_, props) => PrivateEndpoint.inVpc(props),
  },
  'new ConsentPortal': {
    type: 'ConsentPortalProps',
    right: ({ f, reference }) => ({
      gateway: new McpGateway(f.stack, 'Tools', { inboundAuth: InboundAuth.jwt(JWT) }),
      clientId: 'portal',
      clientSecret: reference(),
    }),
    take: ({ f }, props) => new ConsentPortal(f.stack, 'Portal', props),
  },
  'new GitCredential': {
    type: 'GitCredentialProps',
    right: ({ app }) => app(),
    take: ({ f }, props) => new GitCredential(f.stack, 'Git', props),
  },
  'new GitHubAppBroker': {
    type: 'GitHubAppBrokerProps',
    right: ({ app }) => app(),
    take: ({ f }, props) => new GitHubAppBroker(f.stack, 'Broker', props),
  },
  'new TokenVaultKey': {
    type: 'TokenVaultKeyProps',
    right: ({ key }) => ({ key: key() }),
    take: ({ f }, props) => new TokenVaultKey(f.stack, 'Vault', props),
  },
  'new AgentAuditTrail': {
    type: 'AgentAuditTrailProps',
    right: () => ({}),
    take: ({ f }, props) => new AgentAuditTrail(f.stack, 'Audit', props),
  },
  'new TransactionSearch': {
    type: 'TransactionSearchProps',
    right: () => ({}),
    take: ({ f }, props) => new TransactionSearch(f.stack, 'Search', props),
  },
  'new AgentAlarms': {
    type: 'AgentAlarmsProps',
    right: ({ f }) => ({ watch: [f.agent()], topic: new sns.Topic(f.stack, 'Topic') }),
    take: ({ f }, props) => new AgentAlarms(f.stack, 'Alarms', props),
  },
  'new AgentDashboard': {
    type: 'AgentDashboardProps',
    right: ({ f }) => ({ segments: [f.agent()] }),
    take: ({ f }, props) => new AgentDashboard(f.stack, 'Dashboard', props),
  },
  'AgentPrices.of': { type: 'AgentPricesProps', right: () => ({}), take: (_, props) => AgentPrices.of(props) },
  'new S3FilesFileSystem': {
    type: 'S3FilesFileSystemProps',
    right: ({ f }) => ({ network: f.network }),
    take: ({ f }, props) => new S3FilesFileSystem(f.stack, 'Skills', props),
  },
  'S3FilesFileSystem.addAccessPoint': {
    type: 'S3FilesAccessPointOptions',
    right: () => ({ path: '/skills' }),
    take: ({ f }, props) => new S3FilesFileSystem(f.stack, 'Skills', { network: f.network }).addAccessPoint('A', props),
  },
  'Filesystem.fromEfsAccessPoint': {
    type: 'SharedFilesystemOptions',
    right: () => ({}),
    take: ({ f }, props) => Filesystem.fromEfsAccessPoint(f.efsAccessPoint(), '/mnt/cache', props),
  },
  'AgentNetwork.allowBucket': {
    type: 'AllowBucketOptions',
    right: () => ({}),
    take: ({ f }, props) => new AgentNetwork(f.stack, 'Network').allowBucket(new s3.Bucket(f.stack, 'Bucket'), props),
  },
};

/** all members of an interface in the table, with those of what it extends */
function membersOf(type: string): [string, string][] {
  const { extends: parent, ...members } = PROP_TYPES[type];
  return [...(parent === undefined ? [] : membersOf(parent)), ...Object.entries(members)];
}

/** values that no prop of a type takes */
function wrongFor(type: string): [string, unknown][] {
  if (
    /^(RemovalPolicy|RetentionDays|ListingMode|[A-Z]\w*(Mode|Level|Grant|Authentication|Algorithm|Token|Runtime))$/.test(
      type,
    )
  ) {
    return [['a list', ['x']]];
  }
  switch (type) {
    case 'string':
      return [
        ['a number', 42],
        ['an object', {}],
      ];
    case 'number':
    case 'boolean':
      return [
        ['a text', 'x'],
        ['an object', {}],
      ];
    case 'Map<string>':
      return [
        ['a text', 'x'],
        ['values that are no texts', { A: 1 }],
      ];
    default:
      return type.endsWith('[]')
        ? [
            ['a text', 'x'],
            ['a list of what it is not', [type === 'string[]' ? {} : 'x']],
          ]
        : [
            ['a text', 'x'],
            ['a number', 900],
          ];
  }
}

const rows: Record<string, Refused<Fixture>> = {};
for (const [use, { type, right, take }] of Object.entries(USES)) {
  const add = (what: string, change: (props: any) => unknown): void => {
    rows[`${use}: ${what}`] = {
      input: `${use} with ${what}`,
      action: (f) => {
        const world = worldOf(f);
        return take(world, change(right(world)));
      },
      says: [],
    };
  };
  add('null for its props', () => null);
  add('a text for its props', () => 'x');
  for (const [name, declared] of membersOf(type)) {
    const isOptional = declared.endsWith('?');
    if (!isOptional) {
      add(`no ${name}`, ({ [name]: _, ...rest }) => rest);
    }
    add(`null as ${name}`, (props) => ({ ...props, [name]: null }));
    for (const [what, value] of wrongFor(declared.replace(/\?$/, ''))) {
      add(`${what} as ${name}`, (props) => ({ ...props, [name]: value }));
    }
  }
}

describe('props of another kind', () => {
  testBadInput({ suite: 'kinds of values', make: () => new Fixture(), refused: rows });
});

const ARGUMENTS: Record<string, (f: Fixture) => unknown> = {
  'ModelRoute.bedrock: ids of models': () => ModelRoute.bedrock(['anthropic.claude-opus-5-5' as any]),
  'ModelRoute.bedrock: one model, no list': () => ModelRoute.bedrock(BedrockModel.foundation('openai.gpt-5.5') as any),
  'ModelRoute.bedrock: nothing': () => ModelRoute.bedrock(undefined as any),
  'BedrockModel.foundation: nothing': () => BedrockModel.foundation(undefined as any),
  'BedrockModel.inferenceProfile: no regions': () =>
    BedrockModel.inferenceProfile('us.anthropic.claude-opus-5-5', undefined as any),
  'BedrockModel.inferenceProfile: a region, no list': () =>
    BedrockModel.inferenceProfile('us.anthropic.claude-opus-5-5', 'us-east-1' as any),
  'Filesystem.sessionStorage: nothing': () => Filesystem.sessionStorage(undefined as any),
  'Filesystem.fromEfsAccessPoint: an id': () =>
    Filesystem.fromEfsAccessPoint('fsap-0123456789abcdef0' as any, '/mnt/a'),
  'Filesystem.fromS3FilesAccessPoint: nothing': () => Filesystem.fromS3FilesAccessPoint(undefined as any, '/mnt/a'),
  'AgentCli.fromRepository: a name': () => AgentCli.fromRepository('coding-agents/claude' as any, '1'),
  'AgentCli.fromRepository: no tag': (f) => AgentCli.fromRepository(f.repository, undefined as any),
  'AgentCli.fromDirectory: nothing': () => AgentCli.fromDirectory(undefined as any),
  'AgentCli.fromArtifact: nothing': () => AgentCli.fromArtifact(undefined as any),
  'Egress.allowList: one domain, no list': () => Egress.allowList('github.com' as any),
  'Egress.allowList: nothing': () => Egress.allowList(undefined as any),
  'GitHubAppKey.kms: an ARN': () => GitHubAppKey.kms('arn:aws:kms:eu-central-1:111122223333:key/x' as any),
  'GitHubAppKey.secret: nothing': () => GitHubAppKey.secret(undefined as any),
  'OutboundIdentity.broker: nothing': () => OutboundIdentity.broker(undefined as any),
  'SchemaSource.fromInline: an object': () => SchemaSource.fromInline({ openapi: '3.0.0' } as any),
  'LlmGatewayAuth.apiKey: a secret without jsonKey': (f) =>
    LlmGatewayAuth.apiKey({ secret: new secretsmanager.Secret(f.stack, 'S') } as any),
};

describe('arguments of another kind', () => {
  testBadInput({
    suite: 'kinds of arguments',
    make: () => new Fixture(),
    refused: Object.fromEntries(
      Object.entries(ARGUMENTS).map(([input, action]) => [input, { input, action, says: ['allowed: '] }]),
    ),
  });
});

describe('the words', () => {
  test.each<[string, unknown, string, string]>([
    ['a VPC as the network', { network: 'vpc' }, 'WrongKind', 'got'],
    ['seconds as a duration', { idleTimeout: 900 }, 'WrongKind', 'a Duration, such as Duration.minutes(30)'],
    ['no agent', { cli: undefined }, 'PropMissing', 'cli of CodingAgentProps is missing (got '],
    ['a model by its id', { model: 'claude' }, 'WrongKind', 'a ModelRoute, such as ModelRoute.bedrock([...])'],
  ])('%s', (_, props, code, text) => {
    const f = new Fixture();
    expect(() => f.agent(props as object)).toThrow(expect.objectContaining({ name: code }));
    expect(() => f.agent(props as object, 'Again')).toThrow(text);
  });

  test('never hold the value, which may be a credential', () => {
    const value = `ghp_${'a1'.repeat(18)}`;
    expect(() => new Fixture().agent({ environment: value as any })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining(value) }),
    );
  });

  test('name an L2 that is given in the place of a network', () => {
    const f = new Fixture();
    expect(() => f.agent({ network: f.vpc as any })).toThrow(
      /network of CodingAgentProps is of the wrong kind \(got 'a Vpc'\)/,
    );
  });
});

describe('what is right passes', () => {
  test.each(Object.entries(USES))('%s', (_, { right, take }) => {
    const world = worldOf(new Fixture());
    expect(() => {
      try {
        take(world, right(world));
      } catch (error) {
        // the least props of some are not enough for other checks
        if (/^(PropMissing|WrongKind)$/.test((error as Error).name)) {
          throw error;
        }
      }
    }).not.toThrow();
  });

  test('what is known only at deployment', () => {
    const f = new Fixture();
    f.agent({
      environment: { A: Lazy.string({ produce: () => 'x' }) },
      idleTimeout: Duration.seconds(Lazy.number({ produce: () => 900 })),
      description: Lazy.string({ produce: () => 'x' }),
    });
  });

  test('what another copy of a library made', () => {
    const f = new Fixture();
    // an object with the members of the interface, and no class of ours
    const duration = { toMilliseconds: () => 900_000, toSeconds: () => 900, isUnresolved: () => false };
    f.agent({ idleTimeout: duration as any });
  });
});

/** The interfaces of the library: what they extend, and their members as text. */
function declarations(): Map<string, Record<string, string>> {
  const found = new Map<string, Record<string, string>>();
  const files = readdirSync(LIB, { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))) {
    const source = ts.createSourceFile(file, readFileSync(join(LIB, file), 'utf8'), ts.ScriptTarget.ES2022);
    source.forEachChild((node) => {
      if (ts.isInterfaceDeclaration(node)) {
        const parents = (node.heritageClauses ?? []).flatMap(({ types }) =>
          types.map((one) => one.expression.getText(source)),
        );
        const members = node.members.filter(ts.isPropertySignature).map((member) => {
          const type = (member.type?.getText(source) ?? '')
            .replace(/\s+/g, ' ')
            .replace(/\b\w+\.(?=[A-Z])/g, '')
            .replace(/\{ \[\w+: string\]: (\w+) \}/, 'Map<$1>');
          return [member.name.getText(source), `${type}${member.questionToken === undefined ? '' : '?'}`];
        });
        found.set(node.name.text, { parents: parents.join(), ...Object.fromEntries(members) });
      }
    });
  }
  return found;
}

describe('the table of types', () => {
  const declared = declarations();
  const flat = (type: string): Record<string, string> => {
    const { parents = '', ...members } = declared.get(type) ?? {};
    return Object.assign({}, ...parents.split(',').filter(Boolean).map(flat), members) as Record<string, string>;
  };

  test.each(Object.keys(PROP_TYPES))('%s is as its interface', (type) => {
    expect(Object.fromEntries(membersOf(type))).toEqual(flat(type));
  });

  test('has each interface that users fill in', () => {
    const index = readFileSync(join(LIB, 'index.ts'), 'utf8');
    const names = [...declared.keys()].filter(
      (name) => /(Props|Options|Attributes)$/.test(name) && new RegExp(`\\b${name}\\b`).test(index),
    );
    // no function takes these two: others extend them
    const bases = ['PackagedCliOptions', 'AgentSessionOptions'];
    expect(names.filter((name) => !(name in PROP_TYPES) && !bases.includes(name))).toEqual([]);
  });
});
