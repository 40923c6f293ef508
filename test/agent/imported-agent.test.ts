import { Fn, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { CodingAgent } from '../../lib';
import { Fixture, messages, resource, thrownBy } from '../fixture';

const ARN = 'arn:aws:bedrock-agentcore:eu-central-1:111122223333:runtime/claude-a1B2c3D4e5';

function imported(
  attributes: object = {},
  stack = new Stack(),
): ReturnType<typeof CodingAgent.fromCodingAgentAttributes> {
  return CodingAgent.fromCodingAgentAttributes(stack, 'Imported', { runtimeArn: ARN, ...attributes });
}

test('grants cover DEFAULT, or the endpoints that are named', () => {
  for (const [endpointNames, expected] of [
    [undefined, ['DEFAULT']],
    [
      ['live', 'next'],
      ['live', 'next'],
    ],
  ] as const) {
    const fixture = new Fixture();
    const caller = new iam.Role(fixture.stack, 'Caller', { assumedBy: new iam.AccountRootPrincipal() });
    imported({ endpointNames }, fixture.stack).grantInvoke(caller);
    const [statement] = resource(fixture.template(), 'AWS::IAM::Policy').Properties.PolicyDocument.Statement;
    expect(statement.Resource).toEqual([ARN, ...expected.map((name) => `${ARN}/runtime-endpoint/${name}`)]);
  }
});

test('metrics are those of the first endpoint, under the name in the ARN', () => {
  expect(imported().metricSessions().dimensions).toEqual({
    Name: 'claude::DEFAULT',
    Operation: 'InvokeAgentRuntime',
    Resource: ARN,
  });
  expect(imported({ endpointNames: ['live'] }).metricLatency().dimensions).toMatchObject({ Name: 'claude::live' });
});

test('an ARN that is known only at deployment is cut then', () => {
  const stack = new Stack();
  const agent = imported({ runtimeArn: Fn.importValue('agent') }, stack);
  expect(JSON.stringify(stack.resolve(agent.runtimeName))).toContain('Fn::ImportValue');
});

test('grants on an agent that is called with a token bring a warning', () => {
  const fixture = new Fixture();
  const caller = new iam.Role(fixture.stack, 'Caller', { assumedBy: new iam.AccountRootPrincipal() });
  imported({ usesJwt: true }, fixture.stack).grantShell(caller);
  expect(messages(fixture).join()).toContain('a right in IAM has no effect');
});

test.each([
  ['InvalidRuntimeArn', { runtimeArn: `${ARN}/runtime-endpoint/live` }, 'without an endpoint'],
  ['InvalidRuntimeArn', { runtimeArn: 'claude' }, `this is not the ARN of an agent (got 'claude')`],
  ['NoEndpoint', { endpointNames: [] }, `leave endpointNames away for 'DEFAULT'`],
])('%s', (code, attributes, text) => {
  const error = thrownBy(() => imported(attributes));
  expect(error.code).toBe(code);
  expect(error.text).toContain(text);
});
