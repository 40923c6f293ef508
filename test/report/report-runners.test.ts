import { App, Stack } from 'aws-cdk-lib';
import { GitCredential } from '../../lib/git/git-credential';
import { GitHubAppBroker } from '../../lib/git/github-app-broker';
import { KNOWN_TYPES } from '../../lib/template/resource';
import { appOf } from '../git/fixture';
import type { Read } from './report-apps';
import { changed, reportOf, reportOfResources } from './report-apps';

const AGENTCORE = 'AWS::BedrockAgentCore::';
const REASON = 'release branches are pushed by the nightly agent';

function team(make: (stack: Stack) => unknown): Read {
  const stack = new Stack(new App(), 'Team');
  make(stack);
  return reportOf(stack.node.root as App);
}

/** what one change of the settings of a construct changes in the report; a new version of the function aside */
function difference<T>(make: (stack: Stack, more: Partial<T>) => unknown, more: Partial<T>): string[] {
  const { gone, added } = changed(
    team((stack) => make(stack, {})).markdown,
    team((stack) => make(stack, more)).markdown,
  );
  return [...gone.map((line) => `- ${line.trim()}`), ...added.map((line) => `+ ${line.trim()}`)];
}

describe('what acts for a GitHub App', () => {
  const credential = (stack: Stack, more: object): GitCredential =>
    new GitCredential(stack, 'Clone', { ...appOf(stack), repositories: ['acme/web'], ...more });
  const broker = (stack: Stack, more: object): GitHubAppBroker =>
    new GitHubAppBroker(stack, 'GitHub', {
      ...appOf(stack),
      repositories: ['acme/web'],
      tools: ['get_issue'],
      ...more,
    });

  test('a credential: the App, where it is, and what its tokens reach', () => {
    const { agents } = team((stack) => credential(stack, {})).stacks[0];
    expect(agents).toEqual([
      {
        name: 'Clone/Function',
        kind: 'function',
        role: 'Clone/Role',
        gitHubApp: {
          name: 'Iv23liAbCdEfGhIjKlMn',
          gitHub: 'https://api.github.com',
          installation: '12345678',
          repositories: ['acme/web'],
          permissions: ['contents: read'],
        },
      },
    ]);
  });

  test.each<[string, object, string[]]>([
    ['one repository more', { repositories: ['acme/web', 'acme/payroll'] }, ['+ - repository `acme/payroll`']],
    [
      'the right to push',
      { allowPush: { reason: REASON } },
      [
        '- - permission `contents: read`',
        '+ - permission `contents: write`',
        '+ - setting `allowPush: true`',
        `+ - because of allowPush: ${REASON}`,
      ],
    ],
    [
      'another App, installed elsewhere',
      { clientId: 'Iv23liZZZZZZZZZZZZZZ', installationId: 87654321 },
      [
        '- - acts as GitHub App `Iv23liAbCdEfGhIjKlMn`',
        '- - installation `12345678`',
        '+ - acts as GitHub App `Iv23liZZZZZZZZZZZZZZ`',
        '+ - installation `87654321`',
      ],
    ],
    ['another owner', { repositories: ['evil/web'] }, ['- - repository `acme/web`', '+ - repository `evil/web`']],
    [
      'another GitHub',
      { host: 'git.example.com' },
      ['- - at `https://api.github.com`', '+ - at `https://git.example.com/api/v3`'],
    ],
  ])('a credential: %s is a difference', (_, more, lines) => {
    expect(difference(credential, more)).toEqual(lines);
  });

  test.each<[string, object, string[]]>([
    ['one repository more', { repositories: ['acme/web', 'acme/payroll'] }, ['+ - repository `acme/payroll`']],
    [
      'one tool more',
      { tools: ['get_issue', 'create_issue'] },
      ['- - permission `issues: read`', '+ - permission `issues: write`', '+ - tool `create_issue`'],
    ],
    [
      'the default branch',
      { allowDefaultBranch: { reason: REASON } },
      ['+ - setting `allowDefaultBranch: true`', `+ - because of allowDefaultBranch: ${REASON}`],
    ],
  ])('a broker: %s is a difference', (_, more, lines) => {
    expect(difference(broker, more)).toEqual(lines);
  });
});

test('what runs code says with which role', () => {
  const { agents } = reportOfResources({
    Admin: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } },
    Fn: { Type: 'AWS::Lambda::Function', Properties: { Role: { 'Fn::GetAtt': ['Admin', 'Arn'] } } },
    Browser: { Type: `${AGENTCORE}BrowserCustom`, Properties: { ExecutionRoleArn: 'arn:aws:iam::1:role/browser' } },
    Python: { Type: `${AGENTCORE}CodeInterpreterCustom`, Properties: {} },
    Memory: { Type: `${AGENTCORE}Memory`, Properties: { MemoryExecutionRoleArn: { 'Fn::GetAtt': 'Admin.Arn' } } },
  });
  expect(agents).toEqual([
    { name: 'Browser', kind: 'browser', role: 'arn:aws:iam::1:role/browser' },
    { name: 'Fn', kind: 'function', role: 'Admin' },
    { name: 'Memory', kind: 'memory', role: 'Admin' },
    { name: 'Python', kind: 'code interpreter', role: 'none' },
  ]);
});

test('a harness says where its tools lead, and no value of a header', () => {
  const harness = (Url: string): any => ({
    Type: `${AGENTCORE}Harness`,
    Properties: {
      Tools: [
        {
          Type: 'remote_mcp',
          Name: 'search',
          Config: { RemoteMcp: { Url, Headers: { Authorization: 'nobody reads' } } },
        },
        {
          Type: 'agentcore_gateway',
          Config: { AgentCoreGateway: { GatewayArn: 'arn', OutboundAuth: { AwsIam: {} } } },
        },
      ],
    },
  });
  const { agents, network } = reportOfResources({ Agent: harness('https://mcp.example.com/mcp') });
  expect(agents[0].tools).toEqual([
    'agentcore_gateway',
    'agentcore_gateway AgentCoreGateway.GatewayArn: arn',
    'agentcore_gateway AgentCoreGateway.OutboundAuth.AwsIam: []',
    'search',
    'search RemoteMcp.Url: https://mcp.example.com/mcp',
    'search header Authorization',
  ]);
  expect(network).toContainEqual({ name: 'mcp.example.com', kind: 'host that AgentCore calls', for: ['Agent'] });
});

describe('runtimes on instances', () => {
  const LAUNCH = { OperatingSystem: 'LINUX_ARM64', SshKeyName: 'ops', InstanceProfileArn: 'arn:profile' };
  const provider = (vpc: unknown): object => ({
    Type: `${AGENTCORE}CapacityProvider`,
    Properties: {
      Name: 'pool',
      PermissionsConfiguration: { CapacityProviderOperatorRoleArn: 'arn:operator' },
      ComputeConfiguration: {
        Ec2Configuration: {
          VpcConfiguration: vpc,
          LaunchTemplateSource: { LaunchParameters: LAUNCH },
          RootVolume: { Encrypted: true },
          Volumes: [{ EbsConfiguration: { Name: 'work', SizeGiB: 50 } }],
          LifecycleConfiguration: { MaxLifetime: 3600 },
        },
      },
    },
  });
  const runtime = (more: object): object => ({ Type: `${AGENTCORE}Runtime`, Properties: more });
  const vpc = { Subnets: ['subnet-a'], SecurityGroups: [{ 'Fn::GetAtt': ['Group', 'GroupId'] }] };
  const group = { Type: 'AWS::EC2::SecurityGroup', Properties: { SecurityGroupEgress: [{ IpProtocol: '-1' }] } };
  const of = (resources: Record<string, unknown>, name: string, part = 'network'): any =>
    reportOfResources({ Group: group, ...resources })[part].find((one: any) => one.name === name);

  test('the network is the one of the capacity provider, whatever the runtime says', () => {
    const resources = {
      Pool: provider(vpc),
      Agent: runtime({
        CapacityProviderConfiguration: { CapacityProviderArn: { 'Fn::GetAtt': ['Pool', 'Arn'] } },
        NetworkConfiguration: { NetworkMode: 'PUBLIC' },
      }),
    };
    expect(of(resources, 'Agent')).toEqual({
      name: 'Agent',
      kind: 'network of a runtime',
      mode: 'VPC of a capacity provider',
      capacityProvider: 'Pool',
      subnets: ['subnet-a'],
      securityGroups: ['Group'],
    });
    expect(of(resources, 'Pool')).toEqual({
      name: 'Pool',
      kind: 'network of a capacity provider',
      mode: 'VPC',
      subnets: ['subnet-a'],
      securityGroups: ['Group'],
    });
  });

  test('one that the app does not make is named; one that a condition decides about is not taken for PUBLIC', () => {
    const named = runtime({ CapacityProviderConfiguration: { CapacityProviderArn: 'arn:theirs' } });
    expect(of({ Agent: named }, 'Agent')).toEqual({
      name: 'Agent',
      kind: 'network of a runtime',
      mode: 'VPC of a capacity provider',
      capacityProvider: 'arn:theirs',
    });
    const perhaps = { 'Fn::If': ['OnInstances', { CapacityProviderArn: 'arn:theirs' }, { Ref: 'AWS::NoValue' }] };
    expect(of({ Agent: runtime({ CapacityProviderConfiguration: perhaps }) }, 'Agent').mode).toMatch(
      /^known at deployment \(/,
    );
  });

  test('a network that the deployment decides is shown as it is written', () => {
    expect(of({ Pool: provider({ Ref: 'Vpc' }) }, 'Pool')).toEqual({
      name: 'Pool',
      kind: 'network of a capacity provider',
      mode: 'VPC',
      vpc: '${Vpc}',
    });
  });

  test('roles, launch and volumes of the instances, and mounts of the runtime', () => {
    expect(of({ Pool: provider(vpc) }, 'Pool', 'agents')).toEqual({
      name: 'Pool',
      kind: 'capacity provider',
      operatorRole: 'arn:operator',
      launch: ['InstanceProfileArn: arn:profile', 'OperatingSystem: LINUX_ARM64', 'SshKeyName: ops'],
      rootVolume: ['Encrypted: true'],
      volumes: ['EbsConfiguration.Name: work, EbsConfiguration.SizeGiB: 50'],
      lifecycle: ['MaxLifetime: 3600'],
    });
    const mounted = runtime({
      FilesystemConfigurations: [{ CapacityProviderVolume: { VolumeName: 'work', MountPath: '/mnt/work' } }],
    });
    expect(of({ Agent: mounted }, 'Agent', 'agents').mounts).toEqual(['/mnt/work CapacityProviderVolume work']);
  });

  test('open ports are listed, on microVMs too', () => {
    const open = runtime({ AllowedPorts: [{ Port: 8090 }, 3000] });
    expect(of({ Agent: open }, 'Agent')).toEqual({
      name: 'Agent',
      kind: 'network of a runtime',
      mode: 'PUBLIC',
      allowedPorts: ['3000', '8090'],
    });
  });
});

test('a resource of AgentCore that the report does not know is named with its type, without values', () => {
  const { agents } = reportOfResources({
    Newer: { Type: `${AGENTCORE}Teleporter`, Properties: { Target: 'a secret place', Access: { Open: true } } },
    Bare: { Type: `${AGENTCORE}RuntimeV2` },
    Known: { Type: `${AGENTCORE}Dataset`, Properties: {} },
  });
  const kind = 'unknown to this version of the report: nothing else in it is about this resource';
  expect(agents).toEqual([
    { name: 'Bare', kind, type: `${AGENTCORE}RuntimeV2` },
    { name: 'Newer', kind, type: `${AGENTCORE}Teleporter`, properties: ['Access', 'Target'] },
  ]);
});

test.each(KNOWN_TYPES.map((type) => [type.slice(AGENTCORE.length), type]))('%s is not left out', (_, Type) => {
  const Policy = JSON.stringify({ Statement: { Effect: 'Deny', Principal: '*', Action: 'a:b', Resource: '*' } });
  const report = reportOfResources({ TheOne: { Type, Properties: { ResourceArn: 'arn:TheOne', Policy } } });
  expect(JSON.stringify(report)).toContain('TheOne');
});
