import { secretIn } from '../../lib/contract/secret-patterns';
import { ACCOUNT, APPS, REGION } from './apps';
import { Deployment } from './deployment';
import { listOf, statementsOf } from './policies';

// What no template may hold, in stacks for any account and in stacks for a known one.

const ENVIRONMENTS = { 'any account': undefined, 'a known account': { account: ACCOUNT, region: REGION } };
const CASES = Object.keys(APPS).flatMap((name) =>
  Object.entries(ENVIRONMENTS).map(([place, env]) => ({
    name,
    place,
    deployed: new Deployment(APPS[name]({ env }).app),
  })),
);
/** the networks from which the internet is reachable, and the ports that their agents may use */
const OPEN: Record<string, number[]> = { allowList: [443], internet: [443, 80] };

const INTERFACES = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];
const TELEMETRY = [
  'bedrock:ListInferenceProfiles',
  'cloudwatch:PutMetricData',
  'ecr:GetAuthorizationToken',
  'logs:DescribeLogGroups',
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
  'xray:PutSpans',
  'xray:PutTelemetryRecords',
  'xray:PutTraceSegments',
];
const CARRIERS = ['bedrock-agentcore', 'bedrock-agentcore.gateway', 'bedrock-runtime', 'logs', 'monitoring', 'xray'];

function all<T>(places: string[], allowed: T): Record<string, T> {
  return Object.fromEntries(places.map((place) => [place, allowed]));
}

const endpoints = (services: string[], effect = 'Allow'): string[] =>
  ['Network', 'TeamNetwork'].flatMap((stack) =>
    services.map((service) => `AWS::EC2::VPCEndpoint ${stack}/Network/Endpoints/${service}/Resource ${effect}`),
  );
const LAMBDA = 'AWS::EC2::VPCEndpoint TeamNetwork/Network/Endpoints/lambda/Resource';
const stacks = (place: string): string[] => ['Agents', 'Team'].map((stack) => place.replace('<stack>', stack));
const inVpc = (effect: string): string[] =>
  ['CloneForRunner', 'OwnGitHubApp'].map(
    (place) => `AWS::IAM::ManagedPolicy Team/${place}/NetworkPolicy/Resource ${effect}`,
  );

/** Where a statement is about every resource, and why it has to be. */
const ALL_RESOURCES = {
  // takes no resource in IAM: see Acknowledgements.TELEMETRY
  ...all(stacks('AWS::IAM::ManagedPolicy <stack>/CodingAgentsTelemetry/Resource Allow'), TELEMETRY),
  'AWS::IAM::ManagedPolicy Keyed/CodingAgentsTelemetry/Resource Allow': TELEMETRY,
  // the same, see Acknowledgements.TELEMETRY_METRICS
  'AWS::IAM::ManagedPolicy Keyed/CodingAgentsMetrics/Resource Allow': ['cloudwatch:PutMetricData'],
  // a Deny is the stronger the wider it is
  'AWS::IAM::ManagedPolicy Keyed/CodingAgentsGuardrailWithKey/Resource Deny': expect.any(Array),
  'AWS::IAM::ManagedPolicy Keyed/Gemini/Policy/Resource Deny': ['kms:Decrypt'],
  ...all(stacks('AWS::IAM::ManagedPolicy <stack>/CodingAgentsGuardrail/Resource Deny'), expect.any(Array)),
  // the same: no agent is called with a token from within the network
  ...all(endpoints(['bedrock-agentcore'], 'Deny'), ['bedrock-agentcore:InvokeAgentRuntime*']),
  // Lambda asks for it: see Acknowledgements.NETWORK_INTERFACES; the code itself is denied the same
  ...all(inVpc('Allow'), INTERFACES),
  ...all(inVpc('Deny'), INTERFACES),
  // a describe call that takes no resource in IAM, alone in its policy
  'AWS::IAM::ManagedPolicy Network/Network/S3PrefixList/LookupPolicy/Resource Allow': [
    'ec2:DescribeManagedPrefixLists',
  ],
  // in the policy of a key, * is the key
  ...all(
    ['Agents/Key', 'Keyed/Key', 'Network/LogKey', 'Observed/Audit/Key', 'Team/Key', 'Team/BotKey', 'Team/VaultKey'].map(
      (place) => `AWS::KMS::Key ${place}/Resource Allow`,
    ),
    expect.any(Array),
  ),
  // an endpoint carries every call of its service; the condition on the account is checked below
  ...all(endpoints(CARRIERS), ['*']),
  ...all(endpoints(['bedrock']), ['bedrock:GetInferenceProfile', 'bedrock:ListInferenceProfiles']),
  // takes no resource; pulling names the repositories of the accounts, and no credentials of others get through
  ...all(endpoints(['ecr.api', 'ecr.dkr']), ['ecr:GetAuthorizationToken']),
  ...all(endpoints(['ecr.api', 'ecr.dkr'], 'Deny'), ['*']),
  // an added endpoint: what its denials close is checked below
  [`${LAMBDA} Allow`]: ['*'],
  [`${LAMBDA} Deny`]: ['*'],
  // X-Ray takes no narrower resource; bound to deliveries of the account's own runtimes and gateways
  ...all(stacks('AWS::XRay::ResourcePolicy <stack>/CodingAgentsLogs/XRayPolicy Allow'), ['xray:PutTraceSegments']),
};

/** the apps that have the gateways of GatewayApp */
const HAS_GATEWAY = new Set(['gateway', 'observed']);

/** names only, and AgentCore checks it on all providers: see Acknowledgements.CONSENT_PROVIDER_NAMES */
const LISTING =
  'Team/Portal/Access/ListPolicy/Resource bedrock-agentcore:ListOauth2CredentialProviders token-vault/default/oauth2credentialprovider/*';

test('every resource is meant only where the service forces it', () => {
  const found: Record<string, Set<string>> = {};
  for (const { path, type, statement } of CASES.flatMap(({ deployed }) => statementsOf(deployed))) {
    if (listOf(statement.Resource).includes('*')) {
      const place = `${type} ${path} ${statement.Effect}`;
      found[place] = new Set([...(found[place] ?? []), ...listOf(statement.Action)]);
    }
  }
  const actions = Object.entries(found).map(([place, names]) => [place, [...names].sort()]);
  expect(Object.fromEntries(actions)).toEqual(ALL_RESOURCES);
});

describe.each(CASES)('$name in $place', ({ name, deployed }) => {
  const resources = deployed.resources();
  const statements = statementsOf(deployed);
  const everyString = strings(deployed.templates);

  test('names no identity or credential of the whole account', () => {
    // as they will be: in the template the end of an ARN may stand in a string of its own
    const texts = strings(resources.map(({ properties }) => properties));
    // the identity of a runtime ends in an id that AgentCore makes up, and a name holds no dash
    const wide = /workload-identity\/(?!\w+-\*$)[^/]*[*?]|bedrock-agentcore-identity!|:secret:[^/]*[*?]/;
    expect(texts.filter((text) => wide.test(text))).toEqual([]);
    const allowed = statements.filter(({ statement }) => statement.Effect === 'Allow');
    const byPattern = allowed.flatMap(({ path, statement }) =>
      listOf(statement.Resource)
        .filter((resource) => /^arn:[^:]*:(secretsmanager|kms|lambda):.*[*?]|token-vault.*[*?]/.test(resource))
        .map((resource) => `${path} ${listOf(statement.Action).join()} ${resource.split(':').pop()}`),
    );
    expect(byPattern).toEqual(HAS_GATEWAY.has(name) ? [LISTING] : []);
  });

  test('holds nothing that looks like a secret', () => {
    expect(everyString.filter((text) => secretIn(text) !== undefined)).toEqual([]);
  });

  test('leaves no agent or gateway without authorization, and none on the public network but the one that gives a reason', () => {
    // an exchanged token that names no actor besides the person is what the app asked for
    const none = resources.flatMap(({ properties }) => pathsTo('NONE', properties));
    expect(none.filter((at) => !at.endsWith('/ActorTokenContent'))).toEqual([]);
    const gateways = resources.filter(({ type }) => type === 'AWS::BedrockAgentCore::Gateway');
    const guards = gateways.map(({ properties }) => properties.AuthorizerType);
    expect(guards).toEqual(HAS_GATEWAY.has(name) ? ['CUSTOM_JWT', 'AWS_IAM'] : []);
    const agents = resources.filter(({ type }) => type === 'AWS::BedrockAgentCore::Runtime');
    const modes = agents.map(({ properties }) => properties.NetworkConfiguration.NetworkMode);
    expect(modes).toEqual(agents.map(() => (name === 'public' ? 'PUBLIC' : 'VPC')));
    const reasons = strings(deployed.templates).filter((text) => text === 'a demonstration without any private data');
    expect(reasons).toHaveLength(name === 'public' ? 1 : 0);
  });

  test('holds only policies that can be reviewed on their own: none inline, none of AWS', () => {
    expect(resources.filter(({ type }) => type === 'AWS::IAM::Policy')).toEqual([]);
    const roles = resources.filter(({ type }) => type === 'AWS::IAM::Role').map(({ properties }) => properties);
    expect(roles.filter(({ Policies }) => Policies !== undefined)).toEqual([]);
    expect(
      roles.flatMap(({ ManagedPolicyArns = [] }) => ManagedPolicyArns).filter((arn) => arn.includes(':aws:policy/')),
    ).toEqual([]);
  });

  test('trusts services and its own account', () => {
    const trusted = deployed
      .roles()
      .flatMap(({ trust }) => trust.Statement.map(({ Principal }) => JSON.stringify(Principal)));
    const strangers = trusted.filter(
      (who) => !/^\{"Service":"[\w.-]+\.amazonaws\.com"\}$/.test(who) && !who.includes(`:${ACCOUNT}:`),
    );
    expect(strangers).toEqual([]);
  });

  test('opens to every address only what its egress mode says', () => {
    const found = resources.flatMap((resource) =>
      pathsTo('0.0.0.0/0', resource.properties).map((at) => ({ ...resource, at })),
    );
    const places = found.map(({ at }) => at.replace(/\d+/, 'n'));
    expect(places.filter((at) => !['/DestinationCidrBlock', '/SecurityGroupEgress/n/CidrIp'].includes(at))).toEqual([]);
    const ports = found.flatMap(({ at, properties }) => {
      const rule = properties.SecurityGroupEgress?.[Number(at.split('/')[2])];
      return rule === undefined ? [] : [`${rule.IpProtocol} ${rule.FromPort}-${rule.ToPort}`];
    });
    expect(ports).toEqual((OPEN[name] ?? []).map((port) => `tcp ${port}-${port}`));
    expect(found.length > 0).toBe(name in OPEN);
    expect(everyString).not.toContain('::/0');
  });

  test('lets in what lies in the VPC, and opens no range of ports', () => {
    const rules = resources.flatMap(({ type, properties }) => [
      ...(type === 'AWS::EC2::SecurityGroupIngress' ? [properties] : []),
      ...(properties.SecurityGroupIngress ?? []),
    ]);
    for (const { CidrIp, SourceSecurityGroupId, IpProtocol, FromPort, ToPort } of rules) {
      expect(SourceSecurityGroupId ?? CidrIp).toMatch(/^(id-|10\.)/);
      expect([IpProtocol, ToPort]).toEqual(['tcp', FromPort]);
      expect([443, 2049]).toContain(FromPort);
    }
  });

  test('closes every endpoint that takes any caller to other accounts', () => {
    const open = statements.filter(
      ({ type, statement }) =>
        type === 'AWS::EC2::VPCEndpoint' && statement.Resource === '*' && statement.Action === '*',
    );
    for (const { path, statement } of open.filter(({ statement }) => statement.Effect === 'Allow')) {
      const denied = open
        .filter((other) => other.path === path && other.statement.Effect === 'Deny')
        .map((other) => other.statement.Condition?.StringNotEquals);
      // one or the other: only the account gets through, or both ways past it are closed
      expect(denied.length === 0 ? Object.values(statement.Condition?.StringEquals ?? {}) : denied).toEqual(
        denied.length === 0 ? [ACCOUNT] : [{ 'aws:PrincipalAccount': ACCOUNT }, { 'aws:ResourceAccount': ACCOUNT }],
      );
    }
  });

  test('keeps every log for a limited time', () => {
    const groups = resources.filter(({ type }) => type === 'AWS::Logs::LogGroup');
    expect(groups.map(({ properties }) => properties.RetentionInDays)).toEqual(groups.map(() => 365));
  });
});

function strings(value: unknown): string[] {
  if (typeof value === 'string') {
    return [value];
  }
  return typeof value === 'object' && value !== null
    ? [...Object.keys(value), ...Object.values(value).flatMap(strings)]
    : [];
}

function pathsTo(wanted: string, value: unknown, at = ''): string[] {
  if (value === wanted) {
    return [at];
  }
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => pathsTo(wanted, inner, `${at}/${key}`))
    : [];
}
