import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import { App, Stack, Stage } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Template } from 'aws-cdk-lib/assertions';
import type { PolicyTarget } from '../../lib/gateway/policy/cedar-context';
import { GatewayPolicies } from '../../lib/gateway/policy/policy-engine';
import type { GatewayPoliciesProps } from '../../lib/gateway/policy/policy-engine';
import { ToolPolicy } from '../../lib/gateway/policy/tool-policy';
import { messages, resource, STRICT, thrownBy } from '../fixture';
import { contextOf, GITHUB, SLACK, TARGETS } from './cedar-engine';

const POLICY = 'AWS::BedrockAgentCore::Policy';
const ENGINE = 'AWS::BedrockAgentCore::PolicyEngine';
const GATEWAY = 'AWS::BedrockAgentCore::Gateway';

/** the name without its hash */
const plain = (name: string): string => name.replace(/_[0-9a-f]{8}/, '');

class Fixture {
  public readonly app: App;
  public readonly stack: Stack;
  public readonly targets: PolicyTarget[] = [...TARGETS];

  public constructor(context: Record<string, unknown> = {}, env?: { account: string; region: string }) {
    this.app = new App({ context });
    this.stack = new Stack(this.app, 'Tools', { env });
  }

  public policies(policies: ToolPolicy[], props: Partial<GatewayPoliciesProps> = {}): GatewayPolicies {
    const made = new GatewayPolicies(this.stack, 'Policies', { policies, ...props });
    const gateway = new agentcore.Gateway(this.stack, 'Gateway', {
      gatewayName: 'tools',
      authorizerConfiguration: agentcore.GatewayAuthorizer.usingAwsIam(),
      policyEngineConfiguration: { policyEngine: made.engine, mode: made.mode },
    });
    made.attach(gateway, () => contextOf(this.targets));
    return made;
  }

  public template(): Template {
    return Template.fromStack(this.stack);
  }
}

const all = ToolPolicy.permitAll();
const deny = ToolPolicy.deny(['slack___post_message']);
const custom = (name?: string, ignoreFindings?: string): ToolPolicy =>
  ToolPolicy.fromCedar('forbid(principal, action, resource is AgentCore::Gateway) when { false };', {
    name,
    ignoreFindings,
  });

test('an engine that enforces, a policy each, the gateway in between', () => {
  const fixture = new Fixture();
  const policies = fixture.policies([all, deny]);
  const template = fixture.template();
  expect(policies.mode).toBe(agentcore.PolicyEngineMode.ENFORCE);
  expect(policies.engineArn).toBe(policies.engine.policyEngineArn);
  const [engineId] = Object.keys(template.findResources(ENGINE));
  const [gatewayId] = Object.keys(template.findResources(GATEWAY));
  expect(resource(template, GATEWAY).Properties.PolicyEngineConfiguration).toEqual({
    Arn: { 'Fn::GetAtt': [engineId, 'PolicyEngineArn'] },
    Mode: 'ENFORCE',
  });
  const { Properties, DependsOn } = resource(template, POLICY, 'PoliciesPolicydeny');
  expect(Properties).toEqual({
    Name: 'deny_67e92070',
    Description: 'Refuses some tools to everybody',
    PolicyEngineId: { 'Fn::GetAtt': [engineId, 'PolicyEngineId'] },
    ValidationMode: 'IGNORE_ALL_FINDINGS',
    Definition: {
      Cedar: {
        Statement: {
          'Fn::Join': [
            '',
            [
              'forbid(\n  principal,\n  action in [AgentCore::Action::"slack___post_message"],\n  resource == AgentCore::Gateway::"',
              { 'Fn::GetAtt': [gatewayId, 'GatewayArn'] },
              '"\n);',
            ],
          ],
        },
      },
    },
  });
  expect(DependsOn).toEqual(expect.arrayContaining([engineId, gatewayId]));
  expect(messages(fixture)).toEqual([]);
});

test('policies are made one after another, those that forbid first, those that are analysed last', () => {
  const fixture = new Fixture();
  fixture.policies([custom('checked'), all, deny, custom('trusted', 'nothing is forbidden by it')]);
  const found = fixture.template().findResources(POLICY);
  const after = (name: string): string[] => {
    const [{ DependsOn }] = Object.values(found).filter(({ Properties }) => plain(Properties.Name) === name);
    return (DependsOn as string[]).flatMap((id) => (id in found ? [plain(found[id].Properties.Name)] : [])).sort();
  };
  expect(after('deny')).toEqual([]);
  expect(after('trusted')).toEqual(['deny']);
  expect(after('permit_all')).toEqual(['trusted']);
  expect(after('checked')).toEqual(['permit_all']);
});

test('only statements written by hand are analysed, unless there is a reason not to', () => {
  const fixture = new Fixture();
  fixture.policies([all, custom(), custom(undefined, 'on purpose')]);
  const modes = Object.values(fixture.template().findResources(POLICY)).map(({ Properties }) => [
    Properties.Name,
    Properties.ValidationMode,
  ]);
  expect(Object.fromEntries(modes.map(([name, mode]) => [plain(name), mode]))).toEqual({
    permit_all: 'IGNORE_ALL_FINDINGS',
    custom: 'FAIL_ON_ANY_FINDINGS',
    custom_2: 'IGNORE_ALL_FINDINGS',
  });
});

test('every policy waits for the targets, also those that come later', () => {
  const fixture = new Fixture();
  const policies = fixture.policies([all, deny]);
  policies.dependOn(new sns.Topic(fixture.stack, 'Target'));
  const found = Object.values(fixture.template().findResources(POLICY));
  expect(found).toHaveLength(2);
  for (const { DependsOn } of found) {
    expect(DependsOn).toEqual(expect.arrayContaining([expect.stringMatching(/^Target/)]));
  }
});

test('statements follow targets that are added later', () => {
  const fixture = new Fixture();
  fixture.targets.length = 0;
  fixture.policies([ToolPolicy.readOnly()]);
  fixture.targets.push(SLACK);
  expect(JSON.stringify(fixture.template().findResources(POLICY))).toContain('slack___search');
});

test('names: chosen, or by kind and a hash of place and text, so that order means nothing', () => {
  const fixture = new Fixture();
  const policies = fixture.policies([all, deny, deny, custom('deny_2'), custom(), custom(), custom('Engine')]);
  expect(Object.keys(policies.statements(contextOf()))).toEqual([
    'permit_all_9e3ff70d',
    'deny_67e92070',
    'deny_67e92070_2',
    'deny_2',
    'custom_5bec8c35',
    'custom_5bec8c35_2',
    'Engine',
  ]);
  const named = Object.values(fixture.template().findResources(POLICY)).map(({ Properties }) => Properties.Name);
  expect(named.every((name) => /^[A-Za-z][A-Za-z0-9_]{0,47}$/.test(name))).toBe(true);
});

describe('two gateways of one account and region', () => {
  const gateways = (policy: () => ToolPolicy): string[][] => {
    const app = new App();
    return ['Dev', 'Prod'].map((id) => {
      const env = { account: '111122223333', region: 'eu-west-1' };
      const stack = new Stack(new Stage(app, id, { env }), 'Tools');
      const policies = new GatewayPolicies(stack, 'Policies', { policies: [all, policy()] });
      return Object.keys(policies.statements(contextOf()));
    });
  };

  test('that say the same have policies of other names', () => {
    const [dev, prod] = gateways(() => deny);
    expect(dev.map(plain)).toEqual(prod.map(plain));
    expect(dev.filter((name) => prod.includes(name))).toEqual([]);
  });

  test('with the name that a user chose are refused', () => {
    expect(() => gateways(() => custom('x'))).toThrow(
      "two policies of one account and region share a name (got 'x'); allowed: a separate name for each policy of an " +
        "account and region; it belongs to 'Dev/Tools/Policies'; choose another, or omit it for a generated one",
    );
  });
});

test("what is deployed can be tried with Cedar's own engine before, as docs/tool-policy.md shows", () => {
  const made = new Fixture().policies([all, ToolPolicy.repositories(['acme/web'])]);
  const context = contextOf([GITHUB]);
  const [staticPolicies, schema] = [made.statements(context), made.schema(context)];
  const answer = cedar.validate({ validationSettings: { mode: 'strict' }, schema, policies: { staticPolicies } });
  expect(answer).toMatchObject({ type: 'success', validationErrors: [] });
  const user = { type: 'AgentCore::OAuthUser', id: 'u1' };
  const decide = (repo: string): cedar.AuthorizationAnswer =>
    cedar.isAuthorized({
      principal: user,
      action: { type: 'AgentCore::Action', id: 'github___push_files' },
      resource: { type: 'AgentCore::Gateway', id: context.gatewayArn },
      context: {
        input: { owner: 'acme', repo, files: [] },
        system: { now: { __extn: { fn: 'datetime', arg: '2026-10-01' } } },
      },
      entities: [{ uid: user, attrs: { id: 'u1' }, tags: { groups: '["coders"]' }, parents: [] }],
      policies: { staticPolicies },
      schema,
      validateRequest: true,
    });
  expect(decide('web')).toMatchObject({
    type: 'success',
    response: { decision: 'allow', diagnostics: { errors: [] } },
  });
  expect(decide('x')).toMatchObject({ type: 'success', response: { decision: 'deny', diagnostics: { errors: [] } } });
});

const engineName = (encryptionKey?: (stack: Stack) => kms.IKey, id = 'Tools'): string => {
  const stack = new Stack(new App(), id);
  new GatewayPolicies(stack, 'Policies', { policies: [all], encryptionKey: encryptionKey?.(stack) });
  return resource(Template.fromStack(stack), ENGINE).Properties.Name;
};

test('an engine with another key has another name, so that it can be replaced', () => {
  const plain = engineName();
  const one = engineName((stack) => new kms.Key(stack, 'One'));
  expect(plain).toMatch(/^PToolsPolicies[A-Z0-9]*_[0-9a-f]{8}$/);
  expect(plain).toBe(engineName());
  expect(one).not.toBe(plain);
  expect(one).toBe(engineName((stack) => new kms.Key(stack, 'One')));
  expect(one).not.toBe(engineName((stack) => new kms.Key(stack, 'Two')));
});

test('a name of an engine is legal, however long the path', () => {
  expect(engineName(undefined, 'a'.repeat(100))).toMatch(/^[A-Za-z][A-Za-z0-9_]{0,47}$/);
});

test('the role of the gateway gets this engine and this gateway, nothing else', () => {
  const fixture = new Fixture({}, { account: '111122223333', region: 'eu-central-1' });
  const key = new kms.Key(fixture.stack, 'Key');
  const policies = fixture.policies([all], { encryptionKey: key });
  const pattern = 'arn:aws:bedrock-agentcore:eu-central-1:111122223333:gateway/tools-??????????';
  const engine = { 'Fn::GetAtt': [expect.stringMatching(/^PoliciesEngine/), 'PolicyEngineArn'] };
  const id = { 'Fn::GetAtt': [expect.stringMatching(/^PoliciesEngine/), 'PolicyEngineId'] };
  const check = (form: string): object => ({
    'Fn::Join': [
      '',
      [
        'arn:',
        { Ref: 'AWS::Partition' },
        `:bedrock-agentcore:eu-central-1:111122223333:${form}/`,
        id,
        '/target-resource/*',
      ],
    ],
  });
  const statements = policies.statementsForGatewayRole(pattern).map((s) => fixture.stack.resolve(s.toStatementJson()));
  expect(statements).toEqual([
    { Effect: 'Allow', Action: 'bedrock-agentcore:GetPolicyEngine', Resource: engine },
    {
      Effect: 'Allow',
      Action: ['bedrock-agentcore:AuthorizeAction', 'bedrock-agentcore:PartiallyAuthorizeActions'],
      Resource: [engine, pattern],
    },
    {
      Effect: 'Allow',
      Action: 'bedrock-agentcore:CheckAuthorizePermissions',
      Resource: [engine, pattern, check('/policy-engines'), check('policy-engines')],
    },
    {
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] },
      Condition: {
        StringEquals: {
          'kms:ViaService': 'bedrock-agentcore.eu-central-1.amazonaws.com',
          'kms:EncryptionContext:aws:bedrock-agentcore-policy:policy-engine-arn': engine,
        },
      },
    },
  ]);
});

test('without a key there is no right to one', () => {
  expect(new Fixture().policies([all]).statementsForGatewayRole('arn')).toHaveLength(3);
});

test('a mode that only logs is said to refuse nothing', () => {
  const fixture = new Fixture();
  const policies = fixture.policies([all], { mode: agentcore.PolicyEngineMode.LOG_ONLY });
  expect(policies.mode).toBe(agentcore.PolicyEngineMode.LOG_ONLY);
  expect(resource(fixture.template(), GATEWAY).Properties.PolicyEngineConfiguration.Mode).toBe('LOG_ONLY');
  expect(messages(fixture)).toEqual([
    "decisions of the policies are logged only: every caller may call every tool (got 'PolicyEngineMode.LOG_ONLY'); allowed: enforced policies; leave policyMode away once the log shows the decisions that you expect [ack: cdk-coding-agents:policyNotEnforced]",
  ]);
});

test.each([
  [
    'NothingPermitted',
    [deny, ToolPolicy.repositories(['a/b'])],
    {},
    "no policy permits anything, so nobody could call any tool (got 'deny, repositories'); allowed: at least one policy that permits; add ToolPolicy.permitAll() or ToolPolicy.readOnly() beside those that forbid",
  ],
  ['NothingPermitted', [], {}, "(got 'no policy')"],
  ['NothingPermitted', [custom('mine')], {}, "(got 'mine')"],
  [
    'PolicyNameTaken',
    [all, custom('x'), custom('x')],
    {},
    "two policies of a gateway share a name (got 'x'); allowed: a separate name for each policy of an account and region; choose another, or omit it for a generated one",
  ],
])('%s', (code, policies, props, text) => {
  const error = thrownBy(() => new Fixture().policies(policies, props));
  expect(error.code).toBe(code);
  expect(error.text).toContain(text);
});

test('problems with targets come out at synthesis, with the name of the policy', () => {
  const fixture = new Fixture();
  fixture.policies([all, ToolPolicy.deny(['slack___post_mesage'])]);
  expect(() => fixture.app.synth()).toThrow(
    "policy 'deny_c5d8ead4': it names a tool that target 'slack' does not have (got 'slack___post_mesage'); allowed: slack___post_message, slack___search; did you mean 'slack___post_message'?",
  );
});

test('a target may not have the name of a group', () => {
  const fixture = new Fixture();
  fixture.targets.push({ ...SLACK, targetName: 'CallTool' });
  fixture.policies([all]);
  expect(() => fixture.app.synth()).toThrow(
    "a target has the name of a group that policies know already (got 'CallTool'); allowed: any name but CallTool and Mcp; choose another id for the target",
  );
});

test.each([
  [200, true],
  [400, false],
])('%i repositories fit into a statement: %s', (count, fits) => {
  const fixture = new Fixture();
  const names = Array.from({ length: count }, (_, i) => `acme/a-repository-with-a-name-${i}`);
  fixture.policies([all, ToolPolicy.repositories(names)]);
  if (fits) {
    expect(() => fixture.app.synth()).not.toThrow();
  } else {
    expect(() => fixture.app.synth()).toThrow(
      /policy 'repositories_[0-9a-f]{8}': it is too large \(got 'about \d+ bytes'\); allowed: at most 10000; split a list of tools into several policies; list repositories by owner, as acme\/\*/,
    );
  }
});

test('the size is measured in bytes', () => {
  const fixture = new Fixture();
  const text = '\u{1F600}'.repeat(2600);
  fixture.policies([
    ToolPolicy.fromCedar(`permit(principal, action, resource is AgentCore::Gateway) when { "${text}" != "" };`),
  ]);
  expect(() => fixture.app.synth()).toThrow(/too large \(got 'about 10\d{3} bytes'\)/);
});

test.each([
  ['any account', undefined],
  ['a known account', { account: '111122223333', region: 'eu-central-1' }],
])('no finding of the strict validator, in %s', (_, env) => {
  process.env.CDK_VALIDATION = 'true';
  try {
    const fixture = new Fixture(STRICT, env);
    fixture.policies(
      [
        all,
        ToolPolicy.readOnly(),
        deny,
        ToolPolicy.repositories(['acme/web']),
        ToolPolicy.writesRequire('groups', ['coders']),
        custom(undefined, 'a test'),
      ],
      { encryptionKey: new kms.Key(fixture.stack, 'Key') },
    );
    expect(() => fixture.template()).not.toThrow();
  } finally {
    process.env.CDK_VALIDATION = 'false';
  }
});
