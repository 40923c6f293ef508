import { CfnParameter, Lazy, SecretValue } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type {
  GitHubAppBrokerProps,
  JwtAuthProps,
  McpGatewayProps,
  McpServerTargetProps,
  OnBehalfOfProps,
  SecretReference,
  UserConsentProps,
} from '../lib';
import {
  AgentCli,
  AgentNetwork,
  CodingAgent,
  ConsentPortal,
  GitCredential,
  GitHubAppBroker,
  GitHubAppKey,
  InboundAuth,
  JwtClaim,
  McpGateway,
  ModelRoute,
  OAuthVendor,
  OutboundIdentity,
  PrivateEndpoint,
  SchemaSource,
  ToolBroker,
  ToolPolicy,
  ToolTarget,
} from '../lib';
import { secretIn } from '../lib/contract/secret-patterns';
import { appOf, ENV } from './git/fixture';
import { type Refused, testBadInput, type Warned } from './bad-input';
import { Fixture, messages, thrownBy } from './fixture';
import { GatewayFixture, ISSUER, JWT, TOOL, TOOLS } from './gateway/gateway-fixture';

type Row = Refused<GatewayFixture> & { readonly code: string };

const API = {
  openapi: '3.0.0',
  servers: [{ url: 'https://api.example.com' }],
  paths: { '/a': { get: { operationId: 'getA' } } },
};
const COGNITO = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc/.well-known/openid-configuration';
const ENTRA = 'https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0';
const GITHUB_TOKEN = `ghp_${'a1'.repeat(18)}`;
const PEM = '-----BEGIN RSA PRIVATE KEY-----\nMIIEow';
const PASSWORD = 'hunter2';
const RETURN = 'https://connect.example.com/done';

const make = (props: Partial<McpGatewayProps> = {}) => new GatewayFixture(props, { stackProps: { env: ENV } });
const gateway =
  (props: (fixture: GatewayFixture) => Partial<McpGatewayProps>, id = 'Other') =>
  (fixture: GatewayFixture) =>
    new McpGateway(fixture.stack, id, { inboundAuth: InboundAuth.iam(), ...props(fixture) });
type Target = (fixture: GatewayFixture) => ToolTarget;
const added =
  (target: Target, id = 'own') =>
  (fixture: GatewayFixture) =>
    fixture.gateway.addTarget(id, target(fixture));
/** at a gateway for people, who bring a token */
const forPeople =
  (target: Target, id = 'own') =>
  (fixture: GatewayFixture) =>
    gateway(() => ({ inboundAuth: JWT }), 'People')(fixture).addTarget(id, target(fixture));
const server =
  (props: Partial<McpServerTargetProps> = {}): Target =>
  ({ bot }) =>
    ToolTarget.mcpServer({ endpoint: 'https://mcp.example.com/mcp', identity: bot, ...props });
const called = (identity: (fixture: GatewayFixture) => OutboundIdentity): Target => {
  return (fixture) => server({ identity: identity(fixture) })(fixture);
};
const jwt = (props: Partial<JwtAuthProps>) => () =>
  InboundAuth.jwt({ discoveryUrl: ISSUER, allowedClients: ['cli'], ...props });
const headers = (...requestHeaders: string[]) => {
  return () => new Fixture().agent({ inboundAuth: JWT, requestHeaders });
};
const valueOf = ({ secret }: GatewayFixture): SecretReference => ({ secret, jsonKey: 'value' });
const exchange = (fixture: GatewayFixture, props: Partial<OnBehalfOfProps> = {}): OutboundIdentity =>
  OutboundIdentity.onBehalfOf({
    discoveryUrl: ISSUER,
    clientId: 'exchange',
    clientSecret: valueOf(fixture),
    scopes: ['read'],
    ...props,
  });
const exchanging = (props: Partial<OnBehalfOfProps>) => (fixture: GatewayFixture) => exchange(fixture, props);
const consenting = (props: Partial<UserConsentProps>) => (fixture: GatewayFixture) =>
  OutboundIdentity.userConsent({
    vendor: OAuthVendor.slack(),
    clientId: '1.2',
    clientSecret: valueOf(fixture),
    scopes: ['chat:write'],
    returnUrl: RETURN,
    ...props,
  });
const bot = (reference: (fixture: GatewayFixture) => Partial<SecretReference>) =>
  added(
    called((fixture) => OutboundIdentity.bot({ ...valueOf(fixture), ...reference(fixture) })),
    'bot',
  );
const imported = (secretCompleteArn: string, encryptionKey?: kms.IKey) =>
  bot(({ stack }) => ({
    secret: secretsmanager.Secret.fromSecretAttributes(stack, 'Imported', { secretCompleteArn, encryptionKey }),
  }));
const secretWith = (fixture: GatewayFixture, value: string): secretsmanager.Secret =>
  new secretsmanager.Secret(fixture.stack, 'Written', { secretStringValue: SecretValue.unsafePlainText(value) });
const schema = (text: string) => added((f) => server({ toolSchema: SchemaSource.fromInline(text) })(f));
const tools = (...list: object[]) => schema(JSON.stringify({ tools: list }));
const api = (url: string) =>
  added(({ bot: identity }) => {
    const text = JSON.stringify({ ...API, servers: [{ url }] });
    return ToolTarget.openApi({ schema: SchemaSource.fromInline(text), identity });
  });
const openApi = (document: unknown) =>
  added(({ bot: identity }) => {
    const text = typeof document === 'string' ? document : JSON.stringify(document);
    return ToolTarget.openApi({ schema: SchemaSource.fromInline(text), identity });
  }, 'api');
/** an API with one operation of these parts */
const operation = (parts: object, more: object = {}) =>
  openApi({ ...API, paths: { '/a': { get: { operationId: 'getA', ...parts } } }, ...more });
const paths = (parts: unknown) => openApi({ ...API, paths: parts });
const refusedApi = (input: string, action: Row['action'], ...says: string[]): Row => ({
  input: `an API ${input}`,
  action,
  code: 'InvalidOpenApi',
  says: ['the OpenAPI description', ...says],
});
const unreadableApi = (input: string, text: unknown, ...says: string[]): Row => ({
  input: `an API that is ${input}`,
  action: openApi(text),
  code: 'OpenApiUnreadable',
  says: ['the OpenAPI description cannot be read', 'JSON or YAML', ...says],
});
const refusedTool = (input: string, action: Row['action'], ...says: string[]): Row => ({
  input: `a tool ${input}`,
  action,
  code: 'InvalidTool',
  says,
});
const input = (parts: object) => tools({ ...TOOL, inputSchema: { type: 'object', ...parts } });
const longTool = (length: number, target = 'gh') =>
  added(
    server({
      toolSchema: SchemaSource.fromInline(
        JSON.stringify({ tools: [{ ...TOOL, name: 'n'.repeat(length - target.length - 3) }] }),
      ),
    }),
    target,
  );
const agentWith = (cli: () => AgentCli, length: number) => (fixture: GatewayFixture) => {
  longTool(length)(fixture);
  new CodingAgent(fixture.stack, 'Agent', {
    cli: cli(),
    model: ModelRoute.none(),
    network: AgentNetwork.publicInternet({ reason: 'an agent of a test that is never deployed' }),
    gateway: fixture.gateway,
  });
};
const site = (text: string) => (fixture: GatewayFixture) => ToolTarget.jira({ identity: fixture.bot, site: text });
const tokens =
  (props: JwtAuthProps, id = 'People') =>
  (fixture: GatewayFixture) =>
    gateway(() => ({ inboundAuth: InboundAuth.jwt(props) }), id)(fixture);
const broker = (props: Partial<GitHubAppBrokerProps>) => (fixture: GatewayFixture) =>
  new GitHubAppBroker(fixture.stack, 'GitHubApp', { ...appOf(fixture.stack), ...props });
const repositories = (...names: string[]) => broker({ repositories: names });
const credential = (fixture: GatewayFixture) => new GitCredential(fixture.stack, 'Clone', appOf(fixture.stack));
const fn = ({ stack }: GatewayFixture) =>
  lambda.Function.fromFunctionArn(stack, 'Fn', `arn:aws:lambda:${ENV.region}:${ENV.account}:function:fn`);
const runtime = ({ stack }: GatewayFixture) =>
  new agentcore.Runtime(stack, 'Server', {
    agentRuntimeArtifact: agentcore.AgentRuntimeArtifact.fromImageUri(
      `${ENV.account}.dkr.ecr.${ENV.region}.amazonaws.com/server:1`,
    ),
    protocolConfiguration: agentcore.ProtocolType.MCP,
  });
const tool: agentcore.ToolDefinition = {
  name: 'post',
  description: 'Posts a message',
  inputSchema: { type: agentcore.SchemaDefinitionType.OBJECT },
};
/** what nobody who writes TypeScript can pass */
const untyped = (value: unknown) => value as never;

const badEndpoint = (endpoint: string, flaw: string): Row => ({
  input: `an MCP server at ${endpoint}`,
  action: added(server({ endpoint })),
  code: 'InvalidTargetEndpoint',
  says: [`the endpoint of the server ${flaw}`, 'credentials come from the identity of the target'],
});
const badIssuer = (discoveryUrl: string, flaw: string): Row => ({
  input: `the issuer ${discoveryUrl}`,
  action: jwt({ discoveryUrl }),
  code: 'InvalidDiscoveryUrl',
  says: [`the discovery URL ${flaw}`, 'copy the issuer from your identity provider'],
});
const badRepository = (name: string, flaw: string, fix = 'write it as the page of the repository shows it'): Row => ({
  input: `repository ${name}`,
  action: repositories(name),
  code: 'InvalidRepositories',
  says: [`a repository ${flaw}`, `got '${name}'`, 'owner/name', fix],
});
const WELL_KNOWN = '/.well-known/openid-configuration';

/** Numbered as in test/bad-input.test.ts, which has the other numbers; letters are finds beside a row. */
const ROWS: Record<string, Row> = {
  7: {
    input: 'gatewayName git_hub',
    action: gateway(() => ({ gatewayName: 'git_hub' })),
    code: 'InvalidGatewayName',
    says: [`got 'git_hub'`, 'lower-case letters, digits and single hyphens', `use 'git-hub'`],
  },
  '7a': {
    input: 'gatewayName from a parameter',
    action: gateway(({ stack }) => ({ gatewayName: new CfnParameter(stack, 'P').valueAsString })),
    code: 'GatewayNameNotLiteral',
    says: ['gatewayName is known only at deployment', 'the trust of the role'],
  },
  8: {
    input: 'a target git hub',
    action: added(server(), 'git hub'),
    code: 'InvalidTargetName',
    says: [`got 'git hub'`, '<target>___<tool>'],
  },
  '8a': {
    input: 'a target a--b',
    action: added(server(), 'a--b'),
    code: 'InvalidTargetName',
    says: ['single hyphens', `use a short word such as 'github'`],
  },
  9: {
    input: 'a tool whose whole name has 71 characters',
    action: added(server({ toolSchema: SchemaSource.fromInline(JSON.stringify({ tools: [TOOL] })) }), 'x'.repeat(64)),
    code: 'ToolNameTooLong',
    says: ['(71 characters)', 'at most 64', 'shorten'],
  },
  10: {
    input: 'a target twice',
    action: (f) => [added(server(), 'github')(f), added(server(), 'GitHub')(f)],
    code: 'TargetNameTaken',
    says: [`got 'GitHub'`, `the other one is 'Agents/Tools/github'`],
  },
  '11a': {
    input: 'portalName k k',
    action: (f) => {
      const people = gateway(() => ({ inboundAuth: JWT }), 'People')(f);
      const props = { gateway: people, clientId: 'portal', clientSecret: valueOf(f), portalName: 'k k' };
      return new ConsentPortal(f.stack, 'Portal', props);
    },
    code: 'InvalidPortalName',
    says: [`got 'k k'`, 'letters, digits, dashes and underscores'],
  },

  '59a': badIssuer('', 'is not a URL'),
  60: badIssuer(`http://login.example.com${WELL_KNOWN}`, 'must use https'),
  61: badIssuer('https://login.example.com', `must end in ${WELL_KNOWN}`),
  62: badIssuer(`https://me:${PASSWORD}@login.example.com${WELL_KNOWN}`, 'must not hold a user name or password'),
  '62a': badIssuer(`https://login.example.com${WELL_KNOWN}#x`, 'must not have a query or a fragment'),
  '62b': badIssuer(`https://10.0.0.1${WELL_KNOWN}`, 'must name a public host'),
  '62c': badIssuer(`https://localhost${WELL_KNOWN}`, 'must name a public host'),
  63: {
    input: 'tokens without a rule',
    action: jwt({ allowedClients: undefined }),
    code: 'JwtAdmitsWholeIssuer',
    says: ['this would accept every token of the issuer', 'allowedAudiences, allowedScopes, claims'],
  },
  '63a': {
    input: 'tokens with empty lists of rules',
    action: jwt({ allowedClients: [], allowedAudiences: [], allowedScopes: [], claims: [] }),
    code: 'JwtAdmitsWholeIssuer',
    says: ['add allowedClients with the client id of your application'],
  },
  '63b': {
    input: 'a claim compared with a sentence',
    action: () => JwtClaim.listContains('groups', 'platform team'),
    code: 'InvalidClaimValue',
    says: [`claim 'groups' is compared with a value that AgentCore does not take`, `got 'platform team'`],
  },
  64: {
    input: 'an empty client',
    action: jwt({ allowedClients: ['cli', ''] }),
    code: 'BlankJwtRule',
    says: ['allowedClients contains an empty value'],
  },
  66: {
    input: 'signatures alone, without policies',
    action: gateway(() => ({ inboundAuth: InboundAuth.authenticateOnly() })),
    code: 'GatewayWithoutAuthorization',
    says: ['anyone with AWS credentials, of any account', 'without policies in force', 'use InboundAuth.iam()'],
  },
  '66a': {
    input: 'signatures alone, with a function that looks at requests',
    action: gateway((f) => ({
      inboundAuth: InboundAuth.authenticateOnly(),
      requestInterceptor: { function: fn(f) },
    })),
    code: 'GatewayWithoutAuthorization',
    says: ['without policies in force', 'a condition on principal.id'],
  },
  '66b': {
    input: 'signatures alone, at an agent',
    action: () => new Fixture().agent({ inboundAuth: InboundAuth.authenticateOnly() }),
    code: 'AgentWithoutAuthorization',
    says: ['an agent cannot admit everyone who has AWS credentials'],
  },
  '66c': {
    input: 'signatures alone, with a policy for everybody',
    action: gateway(() => ({ inboundAuth: InboundAuth.authenticateOnly(), policies: [ToolPolicy.permitAll()] })),
    code: 'GatewayWithoutAuthorization',
    says: ['permits without a condition on the principal'],
  },
  68: {
    input: 'request header X-Evil',
    action: headers('X-Evil'),
    code: 'InvalidRequestHeader',
    says: [`got 'X-Evil'`, 'X-Amzn-Bedrock-AgentCore-Runtime-Custom-'],
  },
  '68a': {
    input: '21 request headers',
    action: headers(...Array.from({ length: 21 }, (_, i) => `X-Amzn-Bedrock-AgentCore-Runtime-Custom-${i}`)),
    code: 'TooManyRequestHeaders',
    says: ['got 21', 'at most 20'],
  },
  '68b': {
    input: 'a request header twice',
    action: headers('Authorization', 'authorization'),
    code: 'InvalidRequestHeader',
    says: ['lists a header twice', `got 'authorization'`],
  },
  '68c': {
    input: 'Authorization where callers sign',
    action: () => new Fixture().agent({ requestHeaders: ['Authorization'] }),
    code: 'AuthorizationWithoutToken',
    says: ['holds a signature and no token', 'InboundAuth.jwt'],
  },
  '68d': {
    input: 'Authorization passed on to a target',
    action: added(server({ requestHeaders: ['Authorization'] })),
    code: 'InvalidTargetHeader',
    says: ['credentials come from the identity of the target'],
  },

  73: badEndpoint('http://mcp.example.com', 'must use https'),
  '73a': {
    input: 'an API over http',
    action: api('http://api.example.com'),
    code: 'InvalidTargetEndpoint',
    says: ['must use https', `got 'http://api.example.com'`],
  },
  74: badEndpoint(`https://me:${PASSWORD}@mcp.example.com`, 'must not hold a user name or password'),
  '74a': {
    input: 'an API with a password in its address',
    action: api(`https://me:${PASSWORD}@api.example.com`),
    code: 'InvalidTargetEndpoint',
    says: ['must not hold a user name or password', `got 'https://api.example.com'`],
  },
  75: badEndpoint('https://169.254.169.254/mcp', 'must name a public host, not an address of a machine'),
  '75a': badEndpoint('https://10.1.2.3/mcp', 'must name a public host'),
  '75b': badEndpoint('https://localhost:8080/mcp', 'must name a public host'),
  '75c': badEndpoint('https://[fd00::1]/mcp', 'must name a public host'),
  '75d': badEndpoint('https://0xa9fea9fe/mcp', 'must name a public host'),
  '75e': {
    input: 'an API in the private network',
    action: api('https://tickets.corp/v1'),
    code: 'InvalidTargetEndpoint',
    says: ['must name a public host', 'needs privateEndpoint'],
  },
  76: {
    input: 'no credential, without a reason',
    action: added(called(() => OutboundIdentity.none({ reason: 'public' }))),
    code: 'NoIdentityReasonTooShort',
    says: [`got 'public'`, 'at least 20 characters', 'OutboundIdentity.bot'],
  },
  77: {
    input: 'no scopes',
    action: exchanging({ scopes: [] }),
    code: 'OAuthScopeCount',
    says: ['scopes is empty', '1 to 100'],
  },
  '77a': {
    input: 'consent to nothing',
    action: consenting({ scopes: [] }),
    code: 'OAuthScopeCount',
    says: ['scopes is empty'],
  },
  78: {
    input: 'two scopes in one entry',
    action: exchanging({ scopes: ['repo user'] }),
    code: 'InvalidOAuthScope',
    says: [`got 'repo user'`, 'one scope in each entry', `write ['read:jira-work', 'offline_access']`],
  },
  '78a': {
    input: 'scopes with a comma',
    action: consenting({ scopes: ['repo,user'] }),
    code: 'InvalidOAuthScope',
    says: [`got 'repo,user'`],
  },
  80: {
    input: 'a scope twice',
    action: exchanging({ scopes: ['read:jira-work', 'read:jira-work'] }),
    code: 'OAuthScopeTwice',
    says: [`got 'read:jira-work'`, 'each scope once'],
  },
  81: {
    input: 'on behalf of callers who sign',
    action: added(called(exchange), 'jira'),
    code: 'IdentityNeedsUserToken',
    says: ['bring no token that names one', `got 'jira'`, 'InboundAuth.jwt(...)', 'OutboundIdentity.bot or broker'],
  },
  '81a': {
    input: 'the consent of callers who sign',
    action: added(called(consenting({}))),
    code: 'IdentityNeedsUserToken',
    says: ['OutboundIdentity.userConsent acts for the person who calls'],
  },
  '82a': {
    input: 'on behalf of people at a runtime that takes signatures',
    action: forPeople((f) => ToolTarget.agentRuntime({ runtime: runtime(f), identity: exchange(f) })),
    code: 'IdentityNotForRuntimeAuth',
    says: ['takes signed AWS requests only', 'use OutboundIdentity.gatewayRole()'],
  },
  '82b': {
    input: 'a bot at a runtime',
    action: added((f) => ToolTarget.agentRuntime({ runtime: runtime(f), identity: f.bot })),
    code: 'IdentityNotForTarget',
    says: ['OutboundIdentity.bot does not work for an MCP server on AgentCore Runtime', 'gatewayRole()'],
  },
  84: {
    input: 'consent without a return URL',
    action: consenting({ returnUrl: undefined }),
    code: 'ConsentReturnAmbiguous',
    says: ['neither portal and returnUrl are given', 'use a ConsentPortal'],
  },
  '84a': {
    input: 'consent with a return URL over http',
    action: consenting({ returnUrl: 'http://connect.example.com' }),
    code: 'InvalidReturnUrl',
    says: ['the return URL must use https'],
  },
  '84b': {
    input: 'consent without a list of tools',
    action: forPeople(called(consenting({}))),
    code: 'ConsentNeedsToolSchema',
    says: ['waits for a person to consent', 'save what the server answers to tools/list'],
  },
  88: {
    input: 'a token in the template, as the value of a secret',
    action: bot((f) => ({ secret: secretWith(f, JSON.stringify({ value: GITHUB_TOKEN })) })),
    code: 'SecretValueInTemplate',
    says: ['stands in the template and looks like a GitHub token', `got 'Agents/Written'`, 'revoke this credential'],
  },
  '88a': {
    input: 'a token in the template, as a field of a secret',
    action: bot(({ stack }) => ({
      secret: new secretsmanager.Secret(stack, 'Written', {
        secretObjectValue: { value: SecretValue.unsafePlainText(GITHUB_TOKEN) },
      }),
    })),
    code: 'SecretValueInTemplate',
    says: ['the secret of OutboundIdentity.bot stands in the template'],
  },
  '88b': {
    input: 'a token as jsonKey',
    action: bot(() => ({ jsonKey: GITHUB_TOKEN })),
    code: 'InvalidJsonKey',
    says: ['never the credential itself', `give jsonKey 'token'`],
  },
  '88c': {
    input: 'a token as clientId',
    action: exchanging({ clientId: GITHUB_TOKEN }),
    code: 'InvalidClientId',
    says: ['never a secret or token'],
  },
  '88d': {
    input: 'a token as a parameter',
    action: consenting({ customParameters: { token: GITHUB_TOKEN } }),
    code: 'SecretInOAuthParameter',
    says: [`custom parameter 'token' looks like a GitHub token`, 'templates are plain text'],
  },
  '88e': {
    input: 'a token in the description of a gateway',
    action: gateway(() => ({ description: `token ${GITHUB_TOKEN}` })),
    code: 'SecretInPlainText',
    says: ['the description of the gateway holds what looks like a GitHub token'],
  },
  '88f': {
    input: 'a token in the instructions of a gateway',
    action: gateway(() => ({ instructions: `use ${GITHUB_TOKEN}` })),
    code: 'SecretInPlainText',
    says: ['the instructions of the gateway holds what looks like a GitHub token'],
  },
  90: {
    input: 'a secret of another region',
    action: imported('arn:aws:secretsmanager:us-east-1:111122223333:secret:bot-AbCdEf'),
    code: 'ForeignSecret',
    says: ['the secret of OutboundIdentity.bot is in another region', `got 'us-east-1'`, 'replicate the secret'],
  },
  '90a': {
    input: 'a secret by a name that is known only at deployment',
    action: bot(({ stack }) => ({
      secret: secretsmanager.Secret.fromSecretNameV2(stack, 'Imported', Lazy.string({ produce: () => 'bot' })),
    })),
    code: 'SecretArnIncomplete',
    says: ['the complete ARN of the secret of OutboundIdentity.bot is not known', 'fromSecretCompleteArn'],
  },
  '91a': {
    input: 'an empty jsonKey',
    action: bot(() => ({ jsonKey: '' })),
    code: 'InvalidJsonKey',
    says: ['jsonKey of OutboundIdentity.bot', '1 to 128 characters'],
  },
  '91b': {
    input: 'neither secret nor key of a client',
    action: exchanging({ clientSecret: undefined }),
    code: 'ClientCredentialAmbiguous',
    says: ['neither clientSecret and privateKeyJwt are given'],
  },
  92: {
    input: 'a secret of another account with the key that AWS manages',
    action: imported('arn:aws:secretsmanager:eu-west-1:444455556666:secret:bot-AbCdEf'),
    code: 'ForeignSecretNeedsKey',
    says: [`got '444455556666'`, 'a customer-managed key that lets this account decrypt'],
  },
  93: {
    input: 'an unknown vendor',
    action: () => OAuthVendor.of('Gitlab'),
    code: 'UnknownOAuthVendor',
    says: [`got 'Gitlab'`, 'NotionOauth2', 'OAuthVendor.custom(...)'],
  },
  94: {
    input: 'a discovery document and addresses',
    action: exchanging({
      authorizationServer: { issuer: RETURN, authorizationEndpoint: RETURN, tokenEndpoint: RETURN },
    }),
    code: 'OAuthServerAmbiguous',
    says: ['both discoveryUrl and authorizationServer are given', 'exactly one of them'],
  },
  95: {
    input: 'a Jira site over http',
    action: site('http://acme.atlassian.net/'),
    code: 'InvalidJiraSite',
    says: ['it must use https', `got 'http://acme.atlassian.net/'`, `write 'https://acme.atlassian.net'`],
  },
  '95a': {
    input: 'a page of a Jira site',
    action: site('https://acme.atlassian.net/wiki'),
    code: 'InvalidJiraSite',
    says: ['it has a path', `write 'https://acme.atlassian.net'`],
  },
  '95b': {
    input: 'a Jira of the data center edition',
    action: site('jira.acme.com'),
    code: 'InvalidJiraSite',
    says: ['is on another domain', 'data center edition'],
  },
  '95c': {
    input: 'a Jira site with a port',
    action: site('acme.atlassian.net:8443'),
    code: 'InvalidJiraSite',
    says: ['it has a port', `write 'https://acme.atlassian.net'`],
  },
  '95d': {
    input: 'a Jira site with a password',
    action: site(`https://me:${PASSWORD}@acme.atlassian.net`),
    code: 'InvalidJiraSite',
    says: ['must not hold a user name or password'],
  },
  '95e': {
    input: 'the name of a Jira site',
    action: site('Acme'),
    code: 'InvalidJiraSite',
    says: [`write the whole host, as in 'https://acme.atlassian.net'`],
  },
  '95f': {
    input: 'an empty Jira site',
    action: site(' '),
    code: 'InvalidJiraSite',
    says: ['it is empty'],
  },
  96: {
    input: 'a tool without description',
    action: tools({ ...TOOL, description: undefined }),
    code: 'InvalidTool',
    says: [`tool 'post': it has no description`, 'a sentence that tells a model when to use it'],
  },
  '96a': {
    input: 'a tool without name',
    action: tools(TOOL, { ...TOOL, name: '' }),
    code: 'InvalidTool',
    says: ['tool number 2: its name is missing or not allowed'],
  },
  '96b': {
    input: 'a tool without inputSchema',
    action: tools({ ...TOOL, inputSchema: undefined }),
    code: 'InvalidTool',
    says: [`tool 'post': its inputSchema is missing`],
  },
  '96c': {
    input: 'tools of more than 1 MB in the template',
    action: tools({ ...TOOL, description: 'x'.repeat(1024 * 1024) }),
    code: 'InvalidSchemaSize',
    says: ['the tool schema is too large', '1 to 1048576 bytes', 'or use a file'],
  },
  '96d': {
    input: 'tools that are no JSON',
    action: schema('{"tools": ['),
    code: 'ToolSchemaNotJson',
    says: ['the tool schema is not JSON', 'it may be cut off'],
  },
  '96e': {
    input: 'tools as a bare list',
    action: schema('[]'),
    code: 'InvalidToolSchema',
    says: ['the tool schema lists no tools', 'wrap a bare list'],
  },
  100: {
    input: 'the alias of a key',
    action: gateway(({ stack }) => ({ encryptionKey: kms.Alias.fromAliasName(stack, 'Alias', 'alias/team') })),
    code: 'KeyIsAlias',
    says: ['the key of the gateway is an alias', 'kms.Key.fromKeyArn'],
  },
  '100a': {
    input: 'a key of another region',
    action: gateway(({ stack }) => ({
      encryptionKey: kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:us-east-1:111122223333:key/1'),
    })),
    code: 'ForeignKey',
    says: ['the key of the gateway is in another region', `got 'us-east-1'`],
  },

  '102a': {
    input: 'a broker without a key',
    action: broker({ key: untyped(undefined) }),
    code: 'GitHubAppKeyMissing',
    says: ['the private key of the GitHub App is missing', 'GitHubAppKey.kms(...) or GitHubAppKey.secret(...)'],
  },
  104: {
    input: 'a key that encrypts',
    action: (f) => broker({ key: GitHubAppKey.kms(new kms.Key(f.stack, 'Key')) })(f),
    code: 'KeyCannotSignForGitHub',
    says: [`got 'SYMMETRIC_DEFAULT, ENCRYPT_DECRYPT'`, 'RSA_2048, SIGN_VERIFY'],
  },
  '104a': {
    input: 'a key of another kind',
    action: (f) => {
      const props = { keySpec: kms.KeySpec.RSA_4096, keyUsage: kms.KeyUsage.SIGN_VERIFY };
      return broker({ key: GitHubAppKey.kms(new kms.Key(f.stack, 'Key', props)) })(f);
    },
    code: 'KeyCannotSignForGitHub',
    says: [`got 'RSA_4096, SIGN_VERIFY'`],
  },
  105: {
    input: 'a private key as text',
    action: broker({ key: untyped(PEM) }),
    code: 'GitHubAppKeyMissing',
    says: ['is given as text, and would be plain text for everyone', 'store it in KMS'],
  },
  '105a': {
    input: 'a private key where its field belongs',
    action: ({ secret }) => GitHubAppKey.secret(secret, PEM),
    code: 'InvalidJsonKey',
    says: ['jsonKey is a private key'],
  },
  '105b': {
    input: 'a private key in the template, as the value of a secret',
    action: (f) => broker({ key: GitHubAppKey.secret(secretWith(f, PEM)) })(f),
    code: 'SecretValueInTemplate',
    says: ['the secret of the GitHub App stands in the template and looks like a private key'],
  },
  106: {
    input: 'no clientId',
    action: broker({ clientId: '' }),
    code: 'InvalidGitHubAppClientId',
    says: ['clientId is empty', 'copy it from the settings page of the App'],
  },
  '106a': {
    input: 'the name of an App',
    action: broker({ clientId: 'my-app' }),
    code: 'InvalidGitHubAppClientId',
    says: [`got 'my-app'`, `'Iv' and letters and digits, or the number of the App`],
  },
  107: {
    input: 'installationId 0',
    action: broker({ installationId: 0 }),
    code: 'InvalidInstallationId',
    says: [`got '0'`, 'a positive whole number'],
  },
  '107a': {
    input: 'installationId 1.5',
    action: broker({ installationId: 1.5 }),
    code: 'InvalidInstallationId',
    says: [`got '1.5'`],
  },
  108: {
    input: 'no repositories',
    action: repositories(),
    code: 'InvalidRepositories',
    says: ['takes for every repository of the installation', 'list those that the agents work on'],
  },
  109: badRepository('org/*', 'is a pattern, and each must be named'),
  '109a': badRepository('https://github.com/acme/web', 'is a URL', `: 'acme/web'`),
  '109b': badRepository('acme/web.git', 'ends in .git', `: 'acme/web'`),
  '109c': badRepository('acme', 'has no owner'),
  110: {
    input: 'repositories of two owners',
    action: repositories('acme/web', 'other/web'),
    code: 'InvalidRepositories',
    says: [`got 'acme, other'`, 'make one for each owner'],
  },
  111: {
    input: '501 repositories',
    action: repositories(...Array.from({ length: 501 }, (_, i) => `acme/r${i}`)),
    code: 'InvalidRepositories',
    says: ['got 501', '1 to 500', 'make several brokers'],
  },
  112: {
    input: 'no tools, and so no permissions',
    action: broker({ tools: [] }),
    code: 'NoTools',
    says: ['tools is empty, so the broker could do nothing'],
  },
  113: {
    input: 'an unknown tool',
    action: broker({ tools: ['get_isue'] }),
    code: 'UnknownTool',
    says: [`got 'get_isue'`, `did you mean 'get_issue'?`],
  },
  115: {
    input: 'a tool that merges',
    action: broker({ tools: ['merge_pull_request'] }),
    code: 'SensitiveTool',
    says: [`got 'merge_pull_request'`, 'allowSensitivePermissions: { reason'],
  },
  '115a': {
    input: 'a tool that merges, for no good reason',
    action: broker({ tools: ['merge_pull_request'], allowSensitivePermissions: { reason: 'because' } }),
    code: 'SensitiveReasonTooShort',
    says: [`got 'because'`, 'at least 20 characters'],
  },
  116: {
    input: 'a repository twice, in other letters',
    action: repositories('acme/web', 'Acme/Web'),
    code: 'InvalidRepositories',
    says: [`got 'Acme/Web'`, 'GitHub does not tell upper from lower case'],
  },
  117: {
    input: 'the API over http',
    action: broker({ host: 'http://github.example.com/api/v3' }),
    code: 'InvalidGitHubHost',
    says: ['host is more than the name of a host', `: 'github.example.com'`],
  },
  '117a': {
    input: 'a host with a path that climbs',
    action: broker({ host: 'github.com/../evil' }),
    code: 'InvalidGitHubHost',
    says: ['host is more than the name of a host'],
  },
  118: {
    input: '51 minutes of cache',
    action: broker({ cacheMinutes: 51 }),
    code: 'OutOfRange',
    says: ['cacheMinutes is out of range', 'got 51', 'from 0 to 50'],
  },
  '118a': {
    input: '-1 minutes of cache',
    action: broker({ cacheMinutes: -1 }),
    code: 'OutOfRange',
    says: ['got -1'],
  },
  119: {
    input: 'a credential of git as a target',
    action: (f) => ToolTarget.lambdaFunction({ function: credential(f).alias, tools: [tool] }),
    code: 'CredentialAsTool',
    says: ['hands out tokens, and as a tool it would hand them to the model', 'use a GitHubAppBroker'],
  },
  '119a': {
    input: 'a credential of git as a broker',
    action: (f) => ToolBroker.fromFunction(credential(f).alias, [tool]),
    code: 'CredentialAsTool',
    says: ['as a tool it would hand them to the model'],
  },
  120: {
    input: 'tokens for everybody',
    action: (f) => credential(f).grantInvoke(new iam.StarPrincipal()),
    code: 'InvokerNotNamed',
    says: ['more than one role or user', 'gitCredential.grantInvoke(agent)'],
  },
  '120a': {
    input: 'tokens for another account',
    action: (f) => credential(f).grantInvoke(new iam.AccountPrincipal('444455556666')),
    code: 'ForeignInvoker',
    says: [`got '444455556666'`, 'make a GitCredential in that account'],
  },

  '8b': {
    input: 'a target with no name',
    action: added(server(), ''),
    code: 'InvalidTargetName',
    says: [`use a short word such as 'github'`],
  },
  '9a': {
    input: 'a tool whose name Claude Code makes too long',
    action: agentWith(() => AgentCli.claudeCode(), 51),
    code: 'ToolNameTooLongForAgent',
    says: ['Claude Code would call', '65 characters', 'take 64', 'at most 50 characters', `shorten 'gh' by 1`],
  },
  '9b': {
    input: 'a tool whose name OpenCode makes too long',
    action: agentWith(() => AgentCli.openCode(), 60),
    code: 'ToolNameTooLongForAgent',
    says: ['OpenCode would call', `'gateway_gh___`, '68 characters', 'at most 56 characters', `shorten 'gh' by 4`],
  },
  '60a': badIssuer(` https://login.example.com${WELL_KNOWN}`, 'is not a URL'),
  '60b': badIssuer(`https://login.example.com${WELL_KNOWN}\n`, 'must not have blanks, line breaks'),
  '60c': badIssuer(`https://login.example.com/${WELL_KNOWN}`, 'must not have two slashes in a row'),
  '60d': badIssuer(`https://*.example.com${WELL_KNOWN}`, 'must name one host, without a pattern'),
  '60e': badIssuer(`login.example.com${WELL_KNOWN}`, 'is not a URL'),
  '60f': badIssuer(untyped(undefined), 'is not a URL'),
  '61a': {
    input: 'the issuer of a directory of Entra ID, as it is copied',
    action: jwt({ discoveryUrl: `${ENTRA}/` }),
    code: 'InvalidDiscoveryUrl',
    says: [`must end in ${WELL_KNOWN}`, `'${ENTRA}${WELL_KNOWN}'`],
  },
  '61b': {
    input: 'the metadata of an authorization server',
    action: jwt({ discoveryUrl: 'https://login.example.com/.well-known/oauth-authorization-server' }),
    code: 'InvalidDiscoveryUrl',
    says: [`'https://login.example.com${WELL_KNOWN}'`],
  },
  '61c': {
    input: 'every directory of Entra ID',
    action: jwt({ discoveryUrl: `https://login.microsoftonline.com/common/v2.0${WELL_KNOWN}` }),
    code: 'InvalidDiscoveryUrl',
    says: [`is that of 'common'`, 'stands for every directory', `the id of your directory in place of 'common'`],
  },
  '61d': {
    input: 'every company of Entra ID',
    action: jwt({ discoveryUrl: `https://LOGIN.microsoftonline.com/Organizations${WELL_KNOWN}` }),
    code: 'InvalidDiscoveryUrl',
    says: [`is that of 'Organizations'`],
  },
  '73b': badEndpoint('mcp.example.com/mcp', 'is not a URL'),
  '73c': badEndpoint('https:mcp.example.com', 'is not a URL'),
  '73d': badEndpoint('https://mcp.example.com/a b', 'must not have blanks'),
  '73e': badEndpoint('https://mcp.example.com\\mcp', 'must not have blanks, line breaks, backslashes'),
  '73f': badEndpoint('https://*.example.com/mcp', 'must name one host'),
  '73g': badEndpoint('https://<tenant>.example.com/mcp', 'is not a URL'),
  '73h': badEndpoint('https://mcp.example.com/{tenant}/mcp', 'must not have blanks'),
  '73i': badEndpoint('https://mcp.example.com:99999/mcp', 'is not a URL'),
  '73j': badEndpoint(untyped(undefined), 'is not a URL'),
  '75f': {
    input: 'the metadata service, by a private endpoint',
    action: ({ stack, bot: identity }) => {
      const vpc = new ec2.Vpc(stack, 'Vpc');
      const securityGroups = [new ec2.SecurityGroup(stack, 'Group', { vpc })];
      const privateEndpoint = PrivateEndpoint.inVpc({ vpc, subnets: vpc.privateSubnets, securityGroups });
      return ToolTarget.mcpServer({ endpoint: 'https://169.254.169.254/mcp', identity, privateEndpoint });
    },
    code: 'InvalidTargetEndpoint',
    says: ['must not lead to the machine that calls, or to its metadata service'],
  },
  '94a': {
    input: 'a discovery document as an issuer',
    action: () => OAuthVendor.okta({ issuer: ISSUER, authorizationEndpoint: RETURN, tokenEndpoint: RETURN }),
    code: 'InvalidOAuthEndpoint',
    says: ['issuer of the authorization server is the address of a document', 'discoveryUrl'],
  },
  '94b': {
    input: 'an authorization server without a token endpoint',
    action: () =>
      OAuthVendor.auth0({ issuer: RETURN, authorizationEndpoint: RETURN, tokenEndpoint: untyped(undefined) }),
    code: 'InvalidOAuthEndpoint',
    says: ['tokenEndpoint of the authorization server is not a URL'],
  },
  '94c': {
    input: 'a GitHub of your own over http',
    action: () => OAuthVendor.githubEnterprise('http://github.example.com'),
    code: 'InvalidGitHubHost',
    says: ['it must use https', `write 'acme.ghe.com'`],
  },
  '94d': {
    input: 'an address as a tenant',
    action: () => OAuthVendor.microsoft('10.0.0.1'),
    code: 'InvalidTenantId',
    says: [`got '10.0.0.1'`],
  },
  '94e': {
    input: 'the MCP server of a GitHub with a path',
    action: (f) => ToolTarget.github({ identity: f.bot, host: 'https://acme.ghe.com/mcp' }),
    code: 'NoGitHubServer',
    says: ['it has a path', `'<name>.ghe.com'`, 'give the host name alone'],
  },
  '94f': {
    input: 'the MCP server of a GitHub by the address of its API',
    action: (f) => ToolTarget.github({ identity: f.bot, host: 'api.github.com' }),
    code: 'NoGitHubServer',
    says: [`got 'api.github.com'`],
  },
  '96f': refusedTool('that is nothing', schema('{"tools": [null]}'), 'tool number 1: its name is missing'),
  '96g': refusedTool('that is a text', schema('{"tools": ["post"]}'), 'tool number 1: its name is missing'),
  '96h': refusedTool(
    'with a reference',
    input({ properties: { a: { $ref: '#/$defs/A' } }, $defs: { A: { type: 'string' } } }),
    `tool 'post': inputSchema.properties.a has a $ref`,
    'everything is written out',
  ),
  '96i': refusedTool(
    'with a reference in a list of a definition',
    input({ properties: { a: { type: 'array', items: { anyOf: [{ $ref: 'b.json' }] } } } }),
    'inputSchema.properties.a.items.anyOf.0 has a $ref',
  ),
  '96j': refusedTool(
    'with a reference in its result',
    tools({ ...TOOL, outputSchema: { type: 'object', $ref: '#/x' } }),
    'outputSchema has a $ref',
  ),
  '96k': refusedTool(
    'with an empty property',
    input({ properties: { a: null } }),
    'inputSchema.properties.a is not a schema',
  ),
  '96l': refusedTool('with a list of properties', input({ properties: [] }), 'inputSchema.properties is not an object'),

  A10: refusedApi('with a path that is nothing', paths({ '/a': null }), `at path '/a'`, `got 'nothing'`),
  A10a: refusedApi('with an operation that is nothing', paths({ '/a': { get: null } }), 'at GET /a', `got 'nothing'`),
  A10b: refusedApi('with a path that is a text', paths({ '/a': 'x' }), `got 'a string'`),
  A10c: refusedApi('with a list of paths', paths([]), 'has no `paths`', `got 'a list'`),
  A10d: refusedApi('without paths', paths(undefined), 'has no `paths`'),
  A10e: refusedApi(
    'with an object of parameters',
    operation({ parameters: {} }),
    'parameters that are not a list',
    'GET /a',
  ),
  A10f: refusedApi('with a parameter that is nothing', operation({ parameters: [null] }), 'at parameter 1 of GET /a'),
  A10g: refusedApi(
    'with a body as a parameter',
    operation({ parameters: [{ in: 'body', name: 'b' }] }),
    'parameter without name or place',
    'belongs into requestBody',
  ),
  A10h: refusedApi(
    'with servers that are nothing',
    openApi({ ...API, servers: [null] }),
    'at server 1 of the description',
  ),
  A10i: refusedApi(
    'without servers',
    openApi({ ...API, servers: undefined }),
    'has no list of servers',
    'add the address',
  ),
  A10j: refusedApi('with no server in its list', openApi({ ...API, servers: [] }), `got 'an empty list'`),
  A10k: refusedApi(
    'with a relative server',
    openApi({ ...API, servers: [{ url: '/v1' }] }),
    `got '/v1'`,
    'a relative address',
  ),
  A10l: refusedApi(
    'with a variable without a default',
    openApi({ ...API, servers: [{ url: 'https://{t}.example.com' }] }),
    'a variable that has no default',
    `got '{t} in https://{t}.example.com'`,
  ),
  A10m: refusedApi('with responses that are nothing', operation({ responses: null }), 'at responses of GET /a'),
  A10n: unreadableApi('a text', '"x"', 'it is a string'),
  A10o: unreadableApi('nothing', 'null', 'it is nothing'),
  A10p: unreadableApi('a list', '[]', 'it is a list'),
  A10q: unreadableApi('cut off', '{"openapi": "3.0.0", ', 'it may be cut off'),
  A10r: unreadableApi('YAML and cut off', 'openapi: "3.0.0\npaths: {', 'it may be cut off'),
  A10s: unreadableApi('YAML with a key twice', 'openapi: 3.0.0\nopenapi: 3.1.0', 'unique'),
  A10t: unreadableApi('saved with a byte order mark', `\uFEFF${JSON.stringify(API)}`, 'byte order mark'),
  A10u: unreadableApi('the name of a file', 'api.yaml', 'it is a string', 'not its name'),
  A11: refusedApi('of version 2', openApi({ swagger: '2.0', paths: {} }), `got 'swagger: 2.0'`, 'swagger2openapi'),
  A11a: refusedApi('of version 2, in YAML', openApi('swagger: "2.0"\npaths: {}'), 'swagger: 2.0', `'3.0.x' or '3.1.x'`),
  A11b: refusedApi('of version 4', openApi({ ...API, openapi: '4.0.0' }), `got '4.0.0'`),
  A11c: refusedApi('of a version that is a number', openApi({ ...API, openapi: 3.1 }), 'write the version as text'),
  A11d: refusedApi('of no version', openApi({ ...API, openapi: undefined }), "got 'no `openapi`'"),
  A11e: refusedApi(
    'with an operation without id',
    operation({ operationId: undefined }),
    'an operation without operationId: GET /a',
    'it becomes the name of the tool',
  ),
  A11f: refusedApi('with an empty id', operation({ operationId: ' ' }), 'an operation without operationId: GET /a'),
  A11g: refusedApi(
    'in YAML with an operation without id',
    openApi('openapi: 3.0.0\nservers: [{url: https://api.example.com}]\npaths:\n  /a:\n    post: {summary: x}'),
    'an operation without operationId: POST /a',
  ),
  A11h: refusedApi(
    'with an id twice',
    paths({ '/a': { get: { operationId: 'x' }, put: { operationId: 'x' } } }),
    'an operationId twice: at GET /a and at PUT /a',
  ),
  A11i: refusedApi('with a blank in an id', operation({ operationId: 'get a thing' }), `write 'get_a_thing'`),
  A11j: refusedApi(
    'with a slash in an id',
    operation({ operationId: 'repos/get' }),
    `got 'repos/get'`,
    `write 'repos_get'`,
  ),
  A11k: refusedApi('without operations', paths({ '/a': {} }), 'has no operation', 'no tool'),
  A11l: refusedApi('with a path without a slash', paths({ a: {} }), 'does not start with a slash'),
  A11m: refusedApi(
    'in several files',
    operation({ responses: { 200: { $ref: 'responses.yaml#/Ok' } } }),
    'refers to another document',
    'bundle it into one file',
  ),
  A11n: refusedApi(
    'with a reference to nothing',
    operation({ parameters: [{ $ref: '#/components/parameters/id' }] }),
    'refers to a part that does not exist, at parameter 1 of GET /a',
  ),
  A11o: refusedApi(
    'with a reference to itself',
    operation(
      { parameters: [{ $ref: '#/components/parameters/a' }] },
      { components: { parameters: { a: { $ref: '#/components/parameters/a' } } } },
    ),
    'a reference that leads to itself',
  ),
  D7: {
    input: 'a protected path that climbs',
    action: broker({ protectedPaths: ['../infra'] }),
    code: 'InvalidProtectedPath',
    says: ['protectedPaths[0] has an empty part, . or ..', `got '../infra'`, `'/infra' or '*.tf'`],
  },
  D7a: {
    input: 'a protected path that is everything',
    action: broker({ protectedPaths: ['infra', '*'] }),
    code: 'InvalidProtectedPath',
    says: ['protectedPaths[1] has a part that is every name'],
  },
  D7b: {
    input: 'protected paths as a text',
    action: broker({ protectedPaths: untyped('infra') }),
    code: 'InvalidProtectedPath',
    says: ['protectedPaths must be a list of names'],
  },
};

/** what is allowed, but not without a word */
const WARNINGS: Record<string, Warned<GatewayFixture>> = {
  79: {
    id: 'broadOAuthScope',
    input: 'broad scopes',
    action: forPeople(called(exchanging({ scopes: ['repo', 'admin:org', 'delete_repo', 'read:user'] }))),
    says: "the scopes of this identity allow very much (got 'repo, admin:org, delete_repo')",
  },
  '79a': {
    id: 'broadOAuthScope',
    input: 'consent to broad scopes',
    action: forPeople((f) =>
      server({ identity: consenting({ scopes: ['admin.users:read'] })(f), toolSchema: TOOLS })(f),
    ),
    says: `(got 'admin.users:read')`,
  },
  97: {
    id: 'exceptionDetails',
    input: 'exception level DEBUG',
    action: gateway(() => ({ exceptionLevel: agentcore.GatewayExceptionLevel.DEBUG })),
    says: 'callers are told the cause of each error, which may hold internals of the targets',
  },
  99: {
    id: 'interceptorSeesTokens',
    input: 'an interceptor that is handed the headers',
    action: gateway((f) => ({ requestInterceptor: { function: fn(f), passRequestHeaders: true } })),
    says: 'an interceptor is handed the headers of each request, the token of the caller among them',
  },
  101: {
    id: 'policyNotEnforced',
    input: 'policies that are logged only',
    action: gateway(() => ({
      policies: [ToolPolicy.permitAll()],
      policyMode: agentcore.PolicyEngineMode.LOG_ONLY,
    })),
    says: 'decisions of the policies are logged only: every caller may call every tool',
  },
  '104b': {
    id: 'gitHubKeyNotImported',
    input: 'a key that KMS makes up',
    action: (f) => {
      const props = { keySpec: kms.KeySpec.RSA_2048, keyUsage: kms.KeyUsage.SIGN_VERIFY };
      return broker({ key: GitHubAppKey.kms(new kms.Key(f.stack, 'Key', props)) })(f);
    },
    says: 'GitHub does not know it: every call will be refused',
  },
  '120b': {
    id: 'gitCredentialNotGranted',
    input: 'tokens for a role that cannot be changed',
    action: (f) => {
      const arn = `arn:aws:iam::${ENV.account}:role/imported`;
      return credential(f).grantInvoke(iam.Role.fromRoleArn(f.stack, 'Imported', arn, { mutable: false }));
    },
    says: 'the policy of this principal cannot be extended here',
  },
  '120c': {
    id: 'gatewayNotGranted',
    input: 'the tools for a role that cannot be changed',
    action: (f) => {
      const arn = `arn:aws:iam::${ENV.account}:role/imported`;
      return f.gateway.grantInvoke(iam.Role.fromRoleArn(f.stack, 'Imported', arn, { mutable: false }));
    },
    says: 'the policy of this principal cannot be extended here, so it may not call the tools',
  },
  '120d': {
    id: 'grantWithoutEffect',
    input: 'the tools of a gateway for tokens, for an AWS principal',
    action: (f) => gateway(() => ({ inboundAuth: JWT }))(f).grantInvoke(new iam.User(f.stack, 'User')),
    says: 'is called with a token, so a right in IAM has no effect',
  },

  A12: {
    id: 'toolNameTooLong',
    input: 'a tool whose name is too long for some client',
    action: longTool(51),
    says: `65 characters, and the APIs of models take 64`,
  },
  A12a: {
    id: 'toolNameTooLong',
    input: 'an operation whose name is too long for some client',
    action: operation({ operationId: 'o'.repeat(46) }),
    says: '(52 characters)',
  },
  A11: {
    id: 'openApiUnsupported',
    input: 'an API with oneOf',
    action: operation({ responses: { 200: { content: { 'application/json': { schema: { oneOf: [{}] } } } } } }),
    says: 'oneOf at #/paths/~1a/get/responses/200/content/application~1json/schema',
  },
  A11a: {
    id: 'openApiUnsupported',
    input: 'an API with a parameter that models do not take',
    action: operation({ parameters: [{ name: 'filter[name]', in: 'query' }] }),
    says: `the name 'filter[name]' of parameter 1 of GET /a`,
  },
  A11b: {
    id: 'openApiUnsupported',
    input: 'an API with deep objects',
    action: operation({ parameters: [{ name: 'filter', in: 'query', style: 'deepObject' }] }),
    says: 'style deepObject of parameter 1 of GET /a',
  },
  A11c: {
    id: 'openApiUnsupported',
    input: 'an API that answers in PDF',
    action: operation({ responses: { 200: { content: { 'application/pdf': {} } } } }),
    says: 'content application/pdf',
  },
  A11d: {
    id: 'openApiServerOpen',
    input: 'an API whose host a call could choose',
    action: openApi({ ...API, servers: [{ url: 'https://{h}/v1', variables: { h: { default: 'api.example.com' } } }] }),
    says: 'a call could lead to another server, with the credential of the target',
  },
  A13: {
    id: 'tokensWithoutAudience',
    input: 'Amazon Cognito with audiences',
    action: tokens({ discoveryUrl: COGNITO, allowedAudiences: ['client'] }),
    says: 'move the ids of app clients from allowedAudiences to allowedClients',
  },
  A13a: {
    id: 'tokensWithoutAudience',
    input: 'a user pool of the app with audiences',
    action: ({ stack }) => {
      const pool = new CfnParameter(stack, 'Pool').valueAsString;
      const discoveryUrl = `https://cognito-idp.eu-west-1.amazonaws.com/${pool}${WELL_KNOWN}`;
      return new McpGateway(stack, 'People', {
        inboundAuth: InboundAuth.jwt({ discoveryUrl, allowedAudiences: ['client'] }),
      });
    },
    says: 'move the ids of app clients',
  },
  A13b: {
    id: 'tokensWithoutClientId',
    input: 'Entra ID with clients',
    action: tokens({ discoveryUrl: `${ENTRA}${WELL_KNOWN}`, allowedClients: ['app'] }),
    says: `add claims: [JwtClaim.stringEquals('azp', 'app')]`,
  },
  A13c: {
    id: 'tokensWithoutClientId',
    input: 'Entra ID, version 1, with clients and an audience',
    action: tokens({
      discoveryUrl: `https://sts.windows.net/11111111-2222-3333-4444-555555555555${WELL_KNOWN}`,
      allowedClients: ['app'],
      allowedAudiences: ['api://app'],
    }),
    says: `add claims: [JwtClaim.stringEquals('appid', 'app')]`,
  },
  A13d: {
    id: 'tokensWithoutClaim',
    input: 'Entra ID, version 2, with the claim of version 1',
    action: tokens({
      discoveryUrl: `${ENTRA}${WELL_KNOWN}`,
      allowedAudiences: ['app'],
      claims: [JwtClaim.stringEquals('appid', 'app')],
    }),
    says: `have no claim 'appid'`,
  },
  A13e: {
    id: 'entraAudience',
    input: 'Entra ID, version 2, with the URI of an application',
    action: tokens({ discoveryUrl: `${ENTRA}${WELL_KNOWN}`, allowedAudiences: ['api://app'] }),
    says: `add 'app' to allowedAudiences`,
  },
  A13f: {
    id: 'tokensWithoutClientId',
    input: 'Okta with clients',
    action: tokens({ discoveryUrl: `https://acme.okta.com/oauth2/default${WELL_KNOWN}`, allowedClients: ['app'] }),
    says: `JwtClaim.stringEquals('cid', 'app')`,
  },
  A13g: {
    id: 'tokensNotForGateway',
    input: "Okta's org authorization server",
    action: tokens({ discoveryUrl: `https://acme.okta.com${WELL_KNOWN}`, allowedAudiences: ['api://default'] }),
    says: 'use a custom authorization server',
  },
  A13h: {
    id: 'tokensWithoutClientId',
    input: 'Keycloak with clients',
    action: tokens({ discoveryUrl: `https://sso.example.com/realms/acme${WELL_KNOWN}`, allowedClients: ['app'] }),
    says: `JwtClaim.stringEquals('azp', 'app')`,
  },
  A13i: {
    id: 'tokensWithoutClientId',
    input: 'Auth0 with clients',
    action: tokens({ discoveryUrl: `https://acme.eu.auth0.com${WELL_KNOWN}`, allowedClients: ['app'] }),
    says: 'access tokens of Auth0 do not have',
  },
  A13j: {
    id: 'tokensNotForGateway',
    input: 'Google',
    action: tokens({ discoveryUrl: `https://accounts.google.com${WELL_KNOWN}`, allowedAudiences: ['app'] }),
    says: 'let a provider such as Amazon Cognito federate it',
  },
  A13k: {
    id: 'tokensWithoutClientId',
    input: 'Entra ID with clients, at an agent',
    action: ({ stack }) => {
      const inboundAuth = InboundAuth.jwt({ discoveryUrl: `${ENTRA}${WELL_KNOWN}`, allowedClients: ['app'] });
      return new CodingAgent(stack, 'Agent', {
        cli: AgentCli.claudeCode(),
        model: ModelRoute.none(),
        network: AgentNetwork.publicInternet({ reason: 'an agent of a test that is never deployed' }),
        inboundAuth,
      });
    },
    says: `add claims: [JwtClaim.stringEquals('azp', 'app')]`,
  },
};

/** rows of the catalogue that cannot be written down in this API, and why */
const IMPOSSIBLE: Record<string, string> = {
  11: 'names of credential providers are made from the path, and their characters are tested in test/compliance/gateway-traps.test.ts',
  12: 'workload identities are made by AgentCore, and no prop names one',
  59: 'discoveryUrl is not optional',
  65: 'InboundAuth has no way to admit everybody',
  69: 'inboundAuth is one value of one method',
  82: 'a target that is a function takes no identity, and there are no targets for Smithy and API Gateway',
  83: 'OutboundIdentity.onBehalfOf makes the provider itself, always with the exchange',
  85: 'no identity passes the token of the caller on',
  86: 'identity is one value of one credential',
  89: 'secret and jsonKey are not optional',
  91: 'secret and jsonKey are not optional, and always go together',
  98: 'requestInterceptor and responseInterceptor are one value each',
  102: 'key is not optional',
  103: 'key is one value, made from a KMS key or a secret',
  114: 'the catalogue of tools says which level a tool needs',
};

/** rows that another layer finds */
const ELSEWHERE: Record<string, string> = {
  67: 'an authorizer overridden in the L1: a guard rule for the template',
  87: 'a provider removed in the L1: a guard rule for the template; the schema of CloudFormation asks for its ARN',
  '100b': 'a key that is not rotated: AwsSolutions-KMS5 of cdk-nag, since the owner of the key decides',
};

testBadInput({
  suite: 'gateways and identities',
  make,
  refused: ROWS,
  warned: WARNINGS,
  alsoOfErrors: (text) => {
    // whatever was passed, no credential is printed
    expect(secretIn(text)).toBeUndefined();
    expect(text).not.toContain(PASSWORD);
  },
});

test('what was taken for bad input is the reason: the same calls with good input pass', () => {
  const fixture = make();
  added(server(), 'a')(fixture);
  forPeople(called(exchange), 'b')(fixture);
  api('https://api.example.com/v1')(fixture);
  broker({})(fixture);
  credential(fixture).grantInvoke(new iam.User(fixture.stack, 'User'));
  expect(messages(fixture)).toEqual([]);
});

test.each<[string, (fixture: GatewayFixture) => secretsmanager.Secret]>([
  ['generated', ({ stack }) => new secretsmanager.Secret(stack, 'Later')],
  ['a placeholder', (fixture) => secretWith(fixture, '{"value":"replace me after deployment"}')],
  [
    'known only at deployment',
    (fixture) =>
      secretWith(fixture, Lazy.string({ produce: () => new CfnParameter(fixture.stack, 'P').valueAsString })),
  ],
])('a secret whose value is %s is taken', (_, secretOf) => {
  expect(() => bot((fixture) => ({ secret: secretOf(fixture) }))(make())).not.toThrow();
});

test.each<[string, JwtAuthProps]>([
  ['Amazon Cognito', { discoveryUrl: COGNITO, allowedClients: ['client'] }],
  [
    'Entra ID',
    {
      discoveryUrl: `${ENTRA}${WELL_KNOWN}`,
      allowedAudiences: ['app', 'api://app'],
      claims: [JwtClaim.stringEquals('azp', 'client')],
    },
  ],
  [
    'Okta',
    {
      discoveryUrl: `https://acme.okta.com/oauth2/default${WELL_KNOWN}`,
      allowedAudiences: ['api://default'],
      claims: [JwtClaim.stringEquals('cid', 'client')],
    },
  ],
])('the recipe of %s passes without a word', (_, props) => {
  const fixture = make();
  tokens(props)(fixture);
  expect(messages(fixture)).toEqual([]);
});

test('tools whose names fit are not mentioned, whichever agent comes first', () => {
  const fixture = make();
  agentWith(() => AgentCli.claudeCode(), 50)(fixture);
  expect(messages(fixture).filter((text) => text.includes('toolName'))).toEqual([]);
  // a tool that is added after the agent is seen, too
  expect(thrownBy(() => longTool(51, 'later')(fixture)).code).toBe('ToolNameTooLongForAgent');
});

test('the catalogue is covered', () => {
  const covered = new Set(
    [ROWS, WARNINGS, IMPOSSIBLE, ELSEWHERE].flatMap((rows) => Object.keys(rows).map((row) => parseInt(row))),
  );
  const wanted = [...range(7, 12), ...range(59, 69), ...range(73, 120)];
  expect(wanted.filter((row) => !covered.has(row))).toEqual([]);
});

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
