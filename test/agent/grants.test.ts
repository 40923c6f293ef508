import * as iam from 'aws-cdk-lib/aws-iam';
import type { AgentEndpointBase } from '../../lib';
import { InboundAuth } from '../../lib';
import { Fixture, messages, resource, thrownBy } from '../fixture';

type Grant = (on: AgentEndpointBase, to: iam.IGrantable) => iam.Grant;
const INVOKE = ['bedrock-agentcore:InvokeAgentRuntime', 'bedrock-agentcore:InvokeAgentRuntimeWithWebSocketStream'];

const GRANTS: [name: string, grant: Grant, actions: string | string[]][] = [
  ['grantInvoke', (on, to) => on.grantInvoke(to), INVOKE],
  [
    'grantInvokeForUser',
    (on, to) => on.grantInvokeForUser(to),
    [
      'bedrock-agentcore:InvokeAgentRuntime',
      'bedrock-agentcore:InvokeAgentRuntimeForUser',
      'bedrock-agentcore:InvokeAgentRuntimeWithWebSocketStream',
      'bedrock-agentcore:InvokeAgentRuntimeWithWebSocketStreamForUser',
    ],
  ],
  ['grantExec', (on, to) => on.grantExec(to), 'bedrock-agentcore:InvokeAgentRuntimeCommand'],
  ['grantShell', (on, to) => on.grantShell(to), 'bedrock-agentcore:InvokeAgentRuntimeCommandShell'],
  ['grantStop', (on, to) => on.grantStop(to), 'bedrock-agentcore:StopRuntimeSession'],
];

function caller(fixture: Fixture): iam.Role {
  return new iam.Role(fixture.stack, 'Caller', { assumedBy: new iam.AccountRootPrincipal() });
}

function granted(fixture: Fixture): any[] {
  return resource(fixture.template(), 'AWS::IAM::Policy', 'Caller').Properties.PolicyDocument.Statement;
}

describe.each(GRANTS)('%s', (_name, grant, actions) => {
  test('of an agent names its actions, the runtime and the endpoint DEFAULT', () => {
    const fixture = new Fixture();
    expect(grant(fixture.agent(), caller(fixture)).success).toBe(true);
    const [statement, ...others] = granted(fixture);
    expect(others).toEqual([]);
    expect([statement.Action].flat().sort()).toEqual([actions].flat());
    const arn = { 'Fn::GetAtt': [expect.stringMatching(/^ClaudeRuntime/), 'AgentRuntimeArn'] };
    expect(statement.Resource).toEqual([arn, { 'Fn::Join': ['', [arn, '/runtime-endpoint/DEFAULT']] }]);
  });

  test('of an endpoint names that endpoint only', () => {
    const fixture = new Fixture();
    const live = fixture.agent().addEndpoint('live', { version: '3' });
    grant(live, caller(fixture));
    const text = JSON.stringify(granted(fixture));
    expect(text).toContain('/runtime-endpoint/live');
    expect(text).not.toContain('DEFAULT');
  });
});

test.each(['before', 'after'])('an endpoint added %s a grant of the agent is covered by it', (when) => {
  const fixture = new Fixture();
  const agent = fixture.agent();
  const role = caller(fixture);
  if (when === 'before') {
    agent.addEndpoint('live', { version: '1' });
  }
  agent.grantInvoke(role);
  if (when === 'after') {
    agent.addEndpoint('live', { version: '1' });
  }
  const text = JSON.stringify(granted(fixture));
  expect(text).toContain('/runtime-endpoint/live');
  expect(text).toContain('/runtime-endpoint/DEFAULT');
  expect(text).not.toContain('*');
});

test('a grant on an agent that wants a token warns that it has no effect', () => {
  const fixture = new Fixture();
  const discoveryUrl = 'https://idp.example.com/.well-known/openid-configuration';
  fixture
    .agent({ inboundAuth: InboundAuth.jwt({ discoveryUrl, allowedClients: ['cli'] }) })
    .grantShell(caller(fixture));
  expect(messages(fixture).join()).toContain(
    `agent 'Agents/Claude' is called with a token, so a right in IAM has no effect (got 'bedrock-agentcore:InvokeAgentRuntimeCommandShell'); allowed: grants on agents with InboundAuth.iam(); let the caller in by the rules of InboundAuth.jwt(...)`,
  );
});

describe('addEndpoint', () => {
  test('pins the version and keeps a log group of its own', () => {
    const fixture = new Fixture();
    fixture.agent().addEndpoint('live', { version: '3', description: 'for the team' });
    const template = fixture.template();
    template.hasResourceProperties('AWS::BedrockAgentCore::RuntimeEndpoint', {
      Name: 'live',
      AgentRuntimeVersion: '3',
      Description: 'for the team',
    });
    const group = resource(template, 'AWS::Logs::LogGroup', 'ClaudeEndpointlive');
    expect(JSON.stringify(group.Properties.LogGroupName)).toContain('-live');
    expect(group.Properties.RetentionInDays).toBe(365);
  });

  test.each([
    ['DEFAULT', '1', 'InvalidEndpointName', 'every agent has the endpoint DEFAULT already'],
    ['blue-green', '1', 'InvalidEndpointName', 'this is not a name for an endpoint'],
    ['1st', '1', 'InvalidEndpointName', 'this is not a name for an endpoint'],
    ['live', '0', 'InvalidEndpointVersion', `endpoint 'live' names a version that cannot be`],
    ['live', 'latest', 'InvalidEndpointVersion', `endpoint 'live' names a version that cannot be`],
  ])('refuses %s at version %s', (name, version, code, what) => {
    const agent = new Fixture().agent();
    const error = thrownBy(() => agent.addEndpoint(name, { version }));
    expect(error.code).toBe(code);
    expect(error.text).toContain(what);
    expect(error.text).toContain('; allowed: ');
  });

  test('refuses a description that is too long', () => {
    const agent = new Fixture().agent();
    const error = thrownBy(() => agent.addEndpoint('live', { version: '1', description: 'x'.repeat(257) }));
    expect(error.code).toBe('DescriptionLength');
    expect(error.text).toContain(
      "the description of endpoint 'live' has the wrong length (got '257 characters'); allowed: 1 to 256",
    );
  });

  test('refuses one name twice', () => {
    const agent = new Fixture().agent();
    agent.addEndpoint('live', { version: '1' });
    const error = thrownBy(() => agent.addEndpoint('live', { version: '2' }));
    expect(error.code).toBe('EndpointNameTaken');
    expect(error.text).toContain("two endpoints of one agent share a name (got 'live'); allowed: a name of its own");
  });
});

describe('between agents', () => {
  test('grants name the runtime by its name, so that two may call each other', () => {
    const fixture = new Fixture();
    const [one, two] = [fixture.agent({ runtimeName: 'one' }), fixture.agent({ runtimeName: 'two' }, 'Two')];
    one.grantInvoke(two);
    two.grantInvoke(one);
    one.grantStop(one);
    const live = one.addEndpoint('live', { version: '1' });
    live.grantExec(two);
    // Template.fromStack refuses a cycle
    const text = JSON.stringify(fixture.template().findResources('AWS::IAM::Policy'));
    expect(text).toContain(':runtime/one-??????????"');
    expect(text).toContain(':runtime/one-??????????/runtime-endpoint/live"');
    expect(text).toContain(':runtime/two-??????????/runtime-endpoint/DEFAULT"');
    expect(text).not.toContain('AgentRuntimeArn');
  });
});

test('more endpoints than the quota bring a warning', () => {
  const fixture = new Fixture();
  const agent = fixture.agent();
  Array.from({ length: 9 }, (_, i) => agent.addEndpoint(`e${i}`, { version: '1' }));
  expect(messages(fixture)).toEqual([]);
  agent.addEndpoint('eleventh', { version: '1' });
  expect(messages(fixture).join()).toContain(
    'more endpoints than AgentCore allows by default, DEFAULT among them (got 11); allowed: 10',
  );
});

test('an endpoint added later is covered by the grants of the agent and keeps its logs', () => {
  const fixture = new Fixture();
  const agent = fixture.agent();
  agent.grantInvoke(caller(fixture));
  agent.addEndpoint('live', { version: '2' });
  expect(JSON.stringify(granted(fixture))).toContain('/runtime-endpoint/live');
  expect(resource(fixture.template(), 'AWS::Logs::LogGroup', 'ClaudeEndpointliveRuntimeLogs')).toBeDefined();
});
