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

describe('what works on instances, and what is new', () => {
  const resources = (Type: string, Properties: object): Record<string, unknown> => ({ X: { Type, Properties } });
  const VpcConfiguration = { Subnets: ['subnet-1'], SecurityGroups: ['sg-1'] };
  const instances = {
    Runtime: {
      Type: `${AGENTCORE}Runtime`,
      Properties: {
        AgentRuntimeName: 'builder',
        CapacityProviderConfiguration: { CapacityProviderArn: { 'Fn::GetAtt': ['Provider', 'Arn'] } },
        AllowedPorts: [{ Port: 8090 }],
      },
    },
    Provider: {
      Type: `${AGENTCORE}CapacityProvider`,
      Properties: {
        Name: 'builders',
        PermissionsConfiguration: { CapacityProviderOperatorRoleArn: 'arn:aws:iam::111122223333:role/operator' },
        ComputeConfiguration: {
          Ec2Configuration: {
            VpcConfiguration,
            LaunchTemplateSource: { LaunchParameters: { SshKeyName: 'team' } },
          },
        },
      },
    },
  };

  test('a runtime on a capacity provider is in the VPC of that, and its open ports are named', () => {
    const { network, agents } = reportOfResources(instances);
    expect(network).toContainEqual({
      name: 'Runtime',
      kind: 'network of a runtime',
      mode: 'VPC of its capacity provider',
      capacityProvider: 'Provider',
      subnets: ['subnet-1'],
      securityGroups: ['sg-1'],
    });
    expect(agents).toContainEqual(
      expect.objectContaining({ name: 'Runtime', capacityProvider: 'Provider', openPorts: ['Port: 8090'] }),
    );
    expect(agents).toContainEqual(
      expect.objectContaining({
        name: 'Provider',
        kind: 'capacity provider',
        role: 'arn:aws:iam::111122223333:role/operator',
        settings: expect.arrayContaining(['LaunchTemplateSource.LaunchParameters.SshKeyName: team']),
      }),
    );
  });

  test('one on a capacity provider of another app names it', () => {
    const { network } = reportOfResources(
      resources(`${AGENTCORE}Runtime`, { CapacityProviderConfiguration: { CapacityProviderArn: 'arn:other' } }),
    );
    expect(network[0]).toMatchObject({ mode: 'VPC of its capacity provider', capacityProvider: 'arn:other' });
  });

  test.each(['Mainframe', 'BrowserProfile', 'HarnessEndpoint', 'PaymentConnector'])(
    'a resource that no section has words for is named: %s',
    (type) => {
      expect(reportOfResources(resources(`${AGENTCORE}${type}`, {})).agents).toContainEqual({
        name: 'X',
        kind: 'not described by this report',
        type: `${AGENTCORE}${type}`,
      });
    },
  );
});

test('a runtime whose capacity provider a condition decides about is not taken for PUBLIC', () => {
  const perhaps = { 'Fn::If': ['OnInstances', { CapacityProviderArn: 'arn:theirs' }, { Ref: 'AWS::NoValue' }] };
  const Properties = { CapacityProviderConfiguration: perhaps };
  const { network } = reportOfResources({ Agent: { Type: `${AGENTCORE}Runtime`, Properties } });
  expect(network[0].mode).toMatch(/^known at deployment \(/);
});

test('the volume of a capacity provider that a runtime mounts is named', () => {
  const volume = { CapacityProviderVolume: { VolumeName: 'work', MountPath: '/mnt/work' } };
  const Properties = { FilesystemConfigurations: [volume] };
  const { agents } = reportOfResources({ Agent: { Type: `${AGENTCORE}Runtime`, Properties } });
  expect(agents[0].mounts).toEqual(['/mnt/work CapacityProviderVolume work']);
});

test.each(KNOWN_TYPES.map((type) => [type.slice(AGENTCORE.length), type]))('%s is not left out', (_, Type) => {
  const Policy = JSON.stringify({ Statement: { Effect: 'Deny', Principal: '*', Action: 'a:b', Resource: '*' } });
  const report = reportOfResources({ TheOne: { Type, Properties: { ResourceArn: 'arn:TheOne', Policy } } });
  expect(JSON.stringify(report)).toContain('TheOne');
});
