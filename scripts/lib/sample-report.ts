import type { Assembly, Resource, SynthesizedStack } from './assembly';
import { columns, render, shortArn } from './render';

type Entry = [id: string, resource: Resource];

/** What the sample made, for someone who reads it in a terminal. */
export function report(assembly: Assembly): string {
  const all = assembly.stacks.flatMap((stack) => Object.entries(stack.resources));
  return [
    heading('Stacks', columns(assembly.stacks.map(stackLine))),
    heading(
      'Agents',
      entries(all, 'AWS::BedrockAgentCore::Runtime')
        .map((agent) => agentLines(agent, all))
        .join('\n'),
    ),
    heading('Tools', tools(all)),
    heading('Ways out of the network', columns(waysOut(all))),
    heading('Who may do what', policies(all)),
    heading('Validation', validation(assembly)),
    heading('Next', next(assembly.stacks)),
  ].join('\n\n');
}

function heading(title: string, body: string): string {
  return `${title}\n${body}`;
}

function entries(all: Entry[], type: string): Entry[] {
  return all.filter(([, resource]) => resource.Type === type);
}

function stackLine({ name, description, resources, bytes }: SynthesizedStack): [string, string] {
  return [name, `${Object.keys(resources).length} resources, ${Math.round(bytes / 1024)} KB: ${description}`];
}

function agentLines([, { Properties }]: Entry, all: Entry[]): string {
  const { LifecycleConfiguration, PlatformVersion, AgentRuntimeArtifact, AuthorizerConfiguration } = Properties;
  const image = AgentRuntimeArtifact.ContainerConfiguration?.ContainerUri;
  const facts = [
    image === undefined ? 'code' : `image ${render(image).split('/').slice(1).join('/')}`,
    `platform ${PlatformVersion}`,
    `idle ${LifecycleConfiguration.IdleRuntimeSessionTimeout / 60} min`,
    `at most ${LifecycleConfiguration.MaxLifetime / 3600} h`,
    AuthorizerConfiguration === undefined ? 'called with IAM' : 'called with a token',
  ];
  const writes = writableMounts(Properties.RoleArn['Fn::GetAtt'][0], all);
  const mounts = (Properties.FilesystemConfigurations ?? []).map((mount: Mount) => mountLine(mount, writes));
  return [`  ${Properties.AgentRuntimeName}: ${facts.join(', ')}`, columns(mounts, '    ')].join('\n');
}

type Mount = Record<string, { MountPath: string }>;

const KINDS: Record<string, { says: string; service?: string }> = {
  SessionStorage: { says: 'session storage, kept between the invocations of a session' },
  S3FilesAccessPoint: { says: 'S3 Files, shared by all sessions', service: 's3files' },
  EfsAccessPoint: { says: 'EFS, shared by all sessions', service: 'elasticfilesystem' },
};

function mountLine(mount: Mount, writable: string[]): [string, string] {
  const [[kind, { MountPath }]] = Object.entries(mount);
  const { says, service } = KINDS[kind];
  return [MountPath, `${says}${service === undefined || writable.includes(service) ? '' : ', read-only'}`];
}

/** the services on whose file systems the role may write */
function writableMounts(roleId: string, all: Entry[]): string[] {
  // a policy is attached from its own side, or from the side of the role
  const { ManagedPolicyArns = [] } = Object.fromEntries(all)[roleId].Properties;
  const named = (ManagedPolicyArns as { Ref: string }[]).map(({ Ref }) => Ref);
  const own = entries(all, 'AWS::IAM::ManagedPolicy').filter(([id, { Properties }]) => {
    const roles = (Properties.Roles ?? []) as { Ref: string }[];
    return named.includes(id) || roles.some(({ Ref }) => Ref === roleId);
  });
  return own
    .map(([, policy]) => policy)
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as { Effect: string; Action: string | string[] }[])
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap(({ Action }) => Action)
    .filter((action) => action.endsWith(':ClientWrite'))
    .map((action) => action.split(':')[0]);
}

/** each target, as whom it is called, and what stands between */
function tools(all: Entry[]): string {
  const gateways = entries(all, 'AWS::BedrockAgentCore::Gateway').map(([, { Properties }]) => {
    const guard = Properties.AuthorizerType === 'CUSTOM_JWT' ? 'a token' : 'IAM';
    const mode = Properties.PolicyEngineConfiguration?.Mode as string | undefined;
    return `  ${Properties.Name}: called with ${guard}, policies ${mode === undefined ? 'none' : mode.toLowerCase()}`;
  });
  const rows = entries(all, 'AWS::BedrockAgentCore::GatewayTarget').map(([, { Properties }]): [string, string] => [
    Properties.Name,
    `${placeOf(Properties.TargetConfiguration)}, ${identityOf(Properties.CredentialProviderConfigurations)}`,
  ]);
  return [...gateways, columns(rows, '    ')].join('\n');
}

function placeOf({ Mcp: { Lambda, McpServer } }: any): string {
  return Lambda === undefined
    ? render(McpServer.Endpoint)
    : `a function with ${Lambda.ToolSchema.InlinePayload.length} tools`;
}

const GRANTS: Record<string, string> = {
  TOKEN_EXCHANGE: 'on behalf of the caller (token exchange)',
  AUTHORIZATION_CODE: 'as the caller, who consented once',
};

function identityOf([credential]: any[] = []): string {
  switch (credential?.CredentialProviderType) {
    case 'API_KEY':
      return 'as a bot, by a key that only the gateway reads';
    case 'GATEWAY_IAM_ROLE':
      return 'invoked by the role of the gateway';
    case 'OAUTH':
      return GRANTS[credential.CredentialProvider.OauthCredentialProvider.GrantType] ?? 'as a client of its own';
    default:
      return 'without a credential';
  }
}

function waysOut(all: Entry[]): [string, string][] {
  const endpoints = entries(all, 'AWS::EC2::VPCEndpoint').map(([, { Properties }]) =>
    serviceOf(Properties.ServiceName),
  );
  const nat = entries(all, 'AWS::EC2::NatGateway').length;
  const firewalls = entries(all, 'AWS::NetworkFirewall::Firewall').length;
  const names = entries(all, 'AWS::Route53Resolver::FirewallDomainList').map(([, { Properties }]) =>
    render(Properties.Domains),
  );
  return [
    ['VPC endpoints', endpoints.sort().join(', ') || 'none'],
    ['internet', nat === 0 ? 'none: no NAT gateway' : firewalls > 0 ? 'allow-listed domains only' : 'everything'],
    ['DNS answers', names.filter((list) => list !== '*').join(', ') || 'every name'],
  ];
}

function serviceOf(name: unknown): string {
  return render(name).replace(/^(com\.amazonaws|aws\.api)\.?(<AWS::Region>)?\.?/, '');
}

function policies(all: Entry[]): string {
  return entries(all, 'AWS::IAM::ManagedPolicy')
    .map(([id, { Properties }]) => {
      const statements = Properties.PolicyDocument.Statement as Record<string, unknown>[];
      return [
        `  ${id.replace(/[0-9A-F]{8}$/, '')}: ${Properties.Description ?? ''}`,
        ...statements.map(statementLine),
      ].join('\n');
    })
    .join('\n');
}

function statementLine({ Effect, Action, Resource, Condition }: Record<string, unknown>): string {
  const actions = [Action].flat() as string[];
  const shown =
    actions.length > 4 ? `${actions.slice(0, 3).join(' ')} and ${actions.length - 3} more` : actions.join(' ');
  const where = [Resource].flat().map(shortArn).join(', ');
  const only =
    Condition === undefined ? '' : ` if ${Object.keys(Object.values(Condition as object)[0] as object).join(', ')}`;
  return `    ${Effect === 'Deny' ? 'never ' : ''}${shown}\n      on ${where}${only}`;
}

function validation({ findings }: Assembly): string {
  const serious = findings.filter(({ severity }) => severity !== 'info');
  const lines = serious.map(({ severity, rule, path, description }) => `  ${severity} ${rule} ${path}: ${description}`);
  return lines.join('\n') || '  CloudFormation schemas and rules, strict: no finding';
}

function next(stacks: SynthesizedStack[]): string {
  const lines = [
    'npx cdk bootstrap   # once for an account and region',
    'npx cdk deploy --all',
    '# then, with the agentcore CLI, the lines that the deployment prints:',
    ...stacks.flatMap(({ outputs }) => Object.values(outputs).map(({ Value }) => render(Value))).filter(isCommand),
  ];
  return lines.map((line) => `  ${line}`).join('\n');
}

function isCommand(text: string): boolean {
  return text.startsWith('agentcore ');
}
