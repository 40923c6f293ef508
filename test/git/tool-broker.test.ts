import { Lazy } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { ToolBroker } from '../../lib/git/tool-broker';
import { thrownBy } from '../fixture';
import { makeBroker, makeCredential, makeStack, strictly } from './fixture';

const { STRING, OBJECT, ARRAY } = agentcore.SchemaDefinitionType;

function tool(changes: Partial<agentcore.ToolDefinition> = {}): agentcore.ToolDefinition {
  return {
    name: 'find_order',
    description: 'Finds an order by its number.',
    inputSchema: {
      type: OBJECT,
      properties: {
        number: { type: STRING, description: 'The number' },
        tags: { type: ARRAY, items: { type: STRING } },
      },
      required: ['number'],
    },
    ...changes,
  };
}

function makeFunction(): lambda.Function {
  return new lambda.Function(makeStack(), 'Orders', {
    runtime: lambda.Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: lambda.Code.fromInline('exports.handler = async () => ({})'),
  });
}

const refused = (tools: unknown[], options = {}) =>
  thrownBy(() => ToolBroker.fromFunction(makeFunction(), tools as agentcore.ToolDefinition[], options));

test('is the function and its tools, all of which are taken to change something', () => {
  const fn = makeFunction();
  const broker = ToolBroker.fromFunction(fn, [tool(), tool({ name: 'cancel_order' })]);
  expect(broker.brokerFunction).toBe(fn);
  expect(broker.tools).toEqual([tool(), tool({ name: 'cancel_order' })]);
  expect(broker.writeTools).toEqual(['find_order', 'cancel_order']);
});

test.each([[[]], [['cancel_order']]])('knows which tools change something: %j', (writeTools) => {
  const broker = ToolBroker.fromFunction(makeFunction(), [tool(), tool({ name: 'cancel_order' })], { writeTools });
  expect(broker.writeTools).toEqual(writeTools);
});

test('a GitHubAppBroker passes its own checks', () => {
  const { made } = makeBroker();
  expect(ToolBroker.fromFunction(made.brokerFunction, made.tools).tools).toHaveLength(made.tools.length);
});

test('a GitCredential is no tool', () => {
  const error = thrownBy(() => ToolBroker.fromFunction(makeCredential().made.alias, [tool()]));
  expect(error.code).toBe('CredentialAsTool');
  expect(error.text).toBe(
    "this function hands out tokens, and as a tool it would hand them to the model and its logs (got 'Stack/Clone/Alias'); allowed: functions that do the work and keep the token; give the GitCredential to the agent: `gitCredential`; for tools use a GitHubAppBroker",
  );
});

describe('refuses', () => {
  const withInput = (inputSchema: unknown) => tool({ inputSchema: inputSchema as agentcore.SchemaDefinition });

  test.each<[string, unknown[], string]>([
    ['no tools', [], 'a broker has the wrong number of tools (got 0); allowed: 1 to 1000'],
    ['too many', Array(1001).fill(tool()), 'a broker has the wrong number of tools (got 1001)'],
    ['the same name twice', [tool(), tool()], "tool 'find_order' is described twice; allowed: each tool once"],
    ['no name', [tool({ name: '' })], "the name of tool 1 is not one that models take (got '')"],
    ['a name with dots', [tool(), tool({ name: 'a.b' })], "the name of tool 2 is not one that models take (got 'a.b')"],
    ['a long name', [tool({ name: 'a'.repeat(61) })], 'at most 60 in all'],
    ['a late name', [tool({ name: Lazy.string({ produce: () => 'x' }) })], 'the name of tool 1'],
    [
      'no description',
      [tool({ description: ' ' })],
      "tool 'find_order': description is missing; allowed: a sentence that tells a model when to use the tool; describe it",
    ],
    ['undefined for a description', [tool({ description: undefined })], "tool 'find_order': description is missing"],
    ['no schema', [withInput(undefined)], "tool 'find_order': inputSchema is not a schema that a gateway takes"],
    [
      'a text for a schema',
      [withInput({ type: STRING })],
      "inputSchema is not a schema that a gateway takes (got 'string')",
    ],
    [
      'a type that is unknown',
      [withInput({ type: OBJECT, properties: { a: { type: agentcore.SchemaDefinitionType.of('null') } } })],
      "tool 'find_order': inputSchema.a is not a schema that a gateway takes (got 'null'); allowed: array, boolean, integer, number, object, string; correct it",
    ],
    [
      'an array without items',
      [withInput({ type: OBJECT, properties: { a: { type: ARRAY } } })],
      "inputSchema.a is not a schema that a gateway takes (got 'array without items')",
    ],
    [
      'a text with items',
      [withInput({ type: OBJECT, properties: { a: { type: STRING, items: { type: STRING } } } })],
      "inputSchema.a is not a schema that a gateway takes (got 'string with items')",
    ],
    [
      'a text with properties, in a list',
      [withInput({ type: OBJECT, properties: { a: { type: ARRAY, items: { type: STRING, properties: {} } } } })],
      "inputSchema.a[] is not a schema that a gateway takes (got 'string with properties')",
    ],
    [
      'required names that are not there',
      [withInput({ type: OBJECT, properties: {}, required: ['toString'] })],
      "inputSchema is not a schema that a gateway takes (got 'required: toString')",
    ],
    [
      'a wrong outputSchema',
      [tool({ outputSchema: { type: STRING } })],
      "tool 'find_order': outputSchema is not a schema that a gateway takes (got 'string')",
    ],
    ['a megabyte', [tool({ description: 'x'.repeat(1024 * 1024) })], 'the tools are described at too great a length'],
  ])('%s', (_, tools, text) => {
    const error = refused(tools);
    expect(error.code).toBe('InvalidTool');
    expect(error.text).toContain(text);
  });

  test('a writeTools that names no tool', () => {
    const error = refused([tool()], { writeTools: ['find_ordr'] });
    expect(error.code).toBe('InvalidTool');
    expect(error.text).toBe(
      "writeTools names a tool that is not there (got 'find_ordr'); allowed: find_order; correct the name",
    );
  });

  test.each([
    [tool({ description: 'use ghp_0123456789abcdefghij0123' }), 'description'],
    [
      withInput({ type: OBJECT, properties: { a: { type: STRING, description: 'ghp_0123456789abcdefghij0123' } } }),
      'the description of inputSchema.a',
    ],
  ])('a credential in a description, without printing it', (bad, field) => {
    const error = refused([bad]);
    expect(error.text).toContain(`tool 'find_order': ${field} holds what looks like a GitHub token`);
    expect(error.text).not.toContain('ghp_');
  });
});

test('CloudFormation takes the tools of the catalogue', () => {
  strictly(undefined, (stack) => {
    const gateway = new agentcore.Gateway(stack, 'Tools', {
      gatewayName: 'tools',
      authorizerConfiguration: agentcore.GatewayAuthorizer.usingAwsIam(),
    });
    const { made } = makeBroker({}, stack);
    gateway.addLambdaTarget('GitHub', {
      gatewayTargetName: 'github',
      lambdaFunction: made.brokerFunction,
      toolSchema: agentcore.ToolSchema.fromInline(made.tools),
    });
  });
});
