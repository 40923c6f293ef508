import { Duration, Lazy, type StackProps } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { CodingAgentProps } from '../../lib';
import { AgentCli, BedrockModel, Filesystem, LlmGatewayAuth, ModelRoute, ReasoningEffort } from '../../lib';
import { claudeCode } from '../../images/session/cli/claude-code';
import { Fixture, resource, thrownBy } from '../fixture';
import { reportOf } from '../report/report-apps';
import { runOf } from '../images/cli/fixture';

const ENV = { env: { account: '111122223333', region: 'eu-central-1' } };
const OPUS = 'global.anthropic.claude-opus-4-6-v1';
const HAIKU = 'eu.anthropic.claude-haiku-4-5-20251001-v1:0';
const SONNET = 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0';
const OLD = 'anthropic.claude-3-haiku-20240307-v1:0';
const OWN = 'arn:aws:bedrock:eu-central-1:111122223333:application-inference-profile/abc123';
const opus = BedrockModel.globalInferenceProfile(OPUS);
const haiku = BedrockModel.inferenceProfile(HAIKU, ['eu-west-1']);
const own = BedrockModel.applicationInferenceProfile(OWN, { modelId: 'anthropic.claude-sonnet-4-5-v1:0' });
const sonnet = BedrockModel.inferenceProfile(SONNET, ['eu-west-1']);
const gpt = BedrockModel.foundation('openai.gpt-5.5');

function settingsOf(props: Partial<CodingAgentProps>, fixture = new Fixture({ stackProps: ENV })): any {
  fixture.agent(props);
  const { EnvironmentVariables = {} } = resource(fixture.template(), 'AWS::BedrockAgentCore::Runtime').Properties;
  const { AGENT_SETTINGS } = EnvironmentVariables;
  if (AGENT_SETTINGS === undefined) {
    return undefined;
  }
  // the partition is known only at deployment
  const text =
    typeof AGENT_SETTINGS === 'string'
      ? AGENT_SETTINGS
      : AGENT_SETTINGS['Fn::Join'][1].map((part: any) => (part.Ref === 'AWS::Partition' ? 'aws' : part)).join('');
  return JSON.parse(text);
}

function secretOf(fixture: Fixture, id = 'Key') {
  return { secret: new secretsmanager.Secret(fixture.stack, id), jsonKey: 'key' };
}

describe('AWS_REGION', () => {
  const regionOf = (props: Partial<CodingAgentProps>, stackProps = {}): unknown => {
    const fixture = new Fixture({ stackProps });
    fixture.agent(props);
    const { EnvironmentVariables } = resource(fixture.template(), 'AWS::BedrockAgentCore::Runtime').Properties;
    return EnvironmentVariables?.AWS_REGION;
  };
  const model = ModelRoute.bedrock([opus]);

  test('is that of the stack, known or not', () => {
    expect(regionOf({ model }, ENV)).toBe('eu-central-1');
    expect(regionOf({ model })).toEqual({ Ref: 'AWS::Region' });
  });

  test('is what the app says, and nothing for an image of which nothing is known', () => {
    expect(regionOf({ model, environment: { AWS_REGION: 'eu-west-1' } }, ENV)).toBe('eu-west-1');
    expect(regionOf({}, ENV)).toBeUndefined();
  });
});

test('nothing is said where there is nothing to say', () => {
  expect(settingsOf({})).toBeUndefined();
  expect(settingsOf({ cli: AgentCli.claudeCode(), model: ModelRoute.none() })).toBeUndefined();
});

describe('models on Amazon Bedrock', () => {
  test('the first one is the main one, for any image', () => {
    expect(settingsOf({ model: ModelRoute.bedrock([opus, haiku]) })).toEqual({
      model: OPUS,
      route: { via: 'bedrock' },
    });
  });

  test('Claude Code gets a model for each family, so that it calls none that the role may not', () => {
    expect(settingsOf({ cli: AgentCli.claudeCode(), model: ModelRoute.bedrock([opus, haiku]) })).toEqual({
      model: OPUS,
      smallModel: HAIKU,
      familyModels: { opus: OPUS, sonnet: OPUS },
      route: { via: 'bedrock' },
    });
  });

  test.each([
    ['a profile of AWS', opus, OPUS],
    ['a profile of the account', own, OWN],
    ['a foundation model', BedrockModel.foundation(OLD), OLD],
  ])('with one model only, %s, it stands for all families', (_kind, only, id) => {
    expect(settingsOf({ cli: AgentCli.claudeCode(), model: ModelRoute.bedrock([only]) })).toMatchObject({
      model: id,
      smallModel: id,
      familyModels: { opus: id, sonnet: id },
    });
  });

  test('a model of the route may be chosen', () => {
    const cli = AgentCli.claudeCode({ model: HAIKU, smallModel: OPUS, effort: ReasoningEffort.HIGH });
    expect(settingsOf({ cli, model: ModelRoute.bedrock([opus, haiku]) })).toMatchObject({
      model: HAIKU,
      smallModel: OPUS,
      familyModels: { opus: OPUS, sonnet: HAIKU },
      effort: 'high',
    });
  });

  test.each([
    ['the one that was chosen', { smallModel: SONNET }, [opus, haiku, sonnet], SONNET],
    ['else the Haiku of the route', {}, [opus, haiku, sonnet], HAIKU],
    ['else the main model', { model: SONNET }, [opus, sonnet], SONNET],
  ])('the small model of Claude Code is %s', (_which, options, models, small) => {
    const settings = settingsOf({ cli: AgentCli.claudeCode(options), model: ModelRoute.bedrock(models) });
    expect(settings.smallModel).toBe(small);
    const run = runOf({ model: { via: 'bedrock', region: 'eu-central-1' }, settings });
    expect(claudeCode.command(run).environment.ANTHROPIC_DEFAULT_HAIKU_MODEL).toBe(small);
  });

  test('OpenCode writes the provider in front', () => {
    const cli = AgentCli.openCode({ smallModel: HAIKU });
    expect(settingsOf({ cli, model: ModelRoute.bedrock([opus, haiku]) })).toEqual({
      model: `amazon-bedrock/${OPUS}`,
      smallModel: `amazon-bedrock/${HAIKU}`,
      route: { via: 'bedrock' },
    });
  });

  test('Codex may call the endpoint that it uses, with just these models, and no other', () => {
    const fixture = new Fixture({ stackProps: ENV });
    fixture.agent({ cli: AgentCli.codex(), model: ModelRoute.bedrock([gpt]) });
    const { Statement } = resource(fixture.template(), 'AWS::IAM::ManagedPolicy', 'Claude').Properties.PolicyDocument;
    expect(Statement.filter((s: any) => JSON.stringify(s.Action).includes('"bedrock'))).toEqual([
      {
        Effect: 'Allow',
        Action: 'bedrock-mantle:CreateInference',
        Resource: {
          'Fn::Join': [
            '',
            ['arn:', { Ref: 'AWS::Partition' }, ':bedrock-mantle:eu-central-1:111122223333:project/default'],
          ],
        },
        Condition: { StringEquals: { 'bedrock-mantle:Model': ['openai.gpt-5.5'] } },
      },
    ]);
  });
});

test('an LLM gateway without a key', () => {
  const auth = LlmGatewayAuth.none({ reason: 'reached through PrivateLink by agents only' });
  const url = 'https://llm.internal.example.com/v1';
  expect(
    settingsOf({ cli: AgentCli.codex({ model: 'gpt-5.5' }), model: ModelRoute.llmGateway({ url, auth }) }),
  ).toEqual({
    model: 'gpt-5.5',
    route: { via: 'llmGateway', url },
  });
});

test('the reason for a gateway without a key is in the template, and in the compliance report', () => {
  const fixture = new Fixture();
  const reason = 'reached through PrivateLink by agents only';
  const auth = LlmGatewayAuth.none({ reason });
  fixture.agent({
    cli: AgentCli.codex({ model: 'gpt-5.5' }),
    model: ModelRoute.llmGateway({ url: 'https://llm.internal.example.com/v1', auth }),
  });
  const { markdown } = reportOf(fixture.app);
  expect(markdown).toContain(`openLlmGateway: ${reason}`);
  const { Metadata } = resource(fixture.template(), 'AWS::BedrockAgentCore::Runtime');
  expect(Metadata).toMatchObject({ 'cdk-coding-agents:openLlmGateway': reason });
});

describe('a key', () => {
  const fixture = new Fixture({ stackProps: ENV });
  const apiKey = secretOf(fixture);
  const settings = settingsOf(
    { cli: AgentCli.geminiCli({ limits: { turns: 20 } }), model: ModelRoute.provider(apiKey) },
    fixture,
  );
  const template = fixture.template();

  test('lies in the Token Vault as a reference, and the session knows its name only', () => {
    const { Properties } = resource(template, 'AWS::BedrockAgentCore::ApiKeyCredentialProvider');
    expect(Properties).toMatchObject({
      ApiKeySecretSource: 'EXTERNAL',
      ApiKeySecretConfig: { SecretId: { Ref: expect.stringMatching(/^Key/) }, JsonKey: 'key' },
    });
    expect(settings).toEqual({
      limits: { turns: 20 },
      route: { via: 'provider', credentialProvider: Properties.Name },
    });
  });

  test('is all that the Deny list spares', () => {
    const { Statement } = resource(template, 'AWS::IAM::ManagedPolicy', 'ClaudePolicy').Properties.PolicyDocument;
    const denied = Statement.filter((s: any) => s.Effect === 'Deny');
    expect(denied.map(({ Sid }: any) => Sid)).toEqual([
      'NoApiKey',
      'NoSecret',
      'SecretStaysAsItIs',
      'NoSecureParameter',
    ]);
    expect(denied[0].NotResource).toHaveLength(4);
    expect(denied[1].NotResource).toEqual({ Ref: expect.stringMatching(/^Key/) });
    const names = Object.keys(template.findResources('AWS::IAM::ManagedPolicy'));
    expect(names.some((name) => name.startsWith('CodingAgentsGuardrailWithKey'))).toBe(true);
  });

  test('of an LLM gateway is fetched in the same way', () => {
    const other = new Fixture({ stackProps: ENV });
    const url = 'https://llm.example.com';
    const auth = LlmGatewayAuth.apiKey(secretOf(other));
    const { route } = settingsOf({ cli: AgentCli.claudeCode(), model: ModelRoute.llmGateway({ url, auth }) }, other);
    expect(route).toEqual({ via: 'llmGateway', url, credentialProvider: expect.stringMatching(/^Agents-?Claude/) });
  });

  test('leaves the Deny list of other agents as it is', () => {
    const both = new Fixture({ stackProps: ENV });
    both.agent({ model: ModelRoute.provider(secretOf(both)) });
    both.agent({}, 'Other');
    const policies = Object.entries<any>(both.template().findResources('AWS::IAM::ManagedPolicy'));
    const [, { Properties: deny }] = policies.find(([id]) => /^CodingAgentsGuardrail(?!WithKey)/.test(id))!;
    expect(JSON.stringify(deny.Roles)).toMatch(/"OtherRole/);
    expect(JSON.stringify(deny.Roles)).not.toMatch(/"ClaudeRole/);
    const sids = deny.PolicyDocument.Statement.map(({ Sid }: any) => Sid);
    expect(sids).toEqual(expect.arrayContaining(['NoApiKey', 'NoSecret', 'NoSecureParameter']));
  });
});

describe('what cannot work is refused', () => {
  const archive = { archiveUrl: 'https://downloads.example.com/a.zip', archiveSha256: 'ab'.repeat(32) };
  const bedrock = ModelRoute.bedrock([opus]);
  const gateway = ModelRoute.llmGateway({
    url: 'https://llm.example.com',
    auth: LlmGatewayAuth.none({ reason: 'reached through PrivateLink by agents only' }),
  });

  test.each<[string, AgentCli, ModelRoute, string]>([
    ['Gemini CLI on Bedrock', AgentCli.geminiCli(), bedrock, 'Amazon Bedrock has no Gemini'],
    ['Kiro on Bedrock', AgentCli.kiro(archive), bedrock, 'allowed: ModelRoute.provider(...)'],
    ['Cursor on Bedrock', AgentCli.cursor(archive), bedrock, `got 'ModelRoute.bedrock(...)'`],
    ['Kiro by a gateway', AgentCli.kiro(archive), gateway, 'use a key of its vendor'],
    ['Cursor by a gateway', AgentCli.cursor(archive), gateway, 'cannot reach its model this way'],
  ])('%s', (_name, cli, model, text) => {
    const error = thrownBy(() => new Fixture().agent({ cli, model }));
    expect(error.code).toBe('ModelRouteNotSupported');
    expect(error.text).toContain(text);
  });

  test.each([
    ['model', AgentCli.claudeCode({ model: 'claude-opus-5' })],
    ['smallModel', AgentCli.claudeCode({ smallModel: HAIKU })],
  ])('a %s that the role may not invoke', (prop, cli) => {
    const error = thrownBy(() => new Fixture().agent({ cli, model: bedrock }));
    expect(error.code).toBe('ModelNotInRoute');
    expect(error.text).toContain(`${prop} of the agent is none of the models`);
    expect(error.text).toContain(OPUS);
  });

  const provider = (cli: AgentCli) => {
    const fixture = new Fixture({ stackProps: ENV });
    return fixture.agent({ cli, model: ModelRoute.provider(secretOf(fixture)) });
  };
  const onBedrock = (cli: AgentCli, model: BedrockModel, stackProps: StackProps = ENV) =>
    new Fixture({ stackProps }).agent({ cli, model: ModelRoute.bedrock([model]) });
  const nova = BedrockModel.foundation('amazon.nova-lite-v1:0');
  const unknown = AgentCli.fromDirectory(__dirname);

  test.each<[string, () => unknown, string]>([
    ['ModelNotSet', () => provider(AgentCli.openCode()), 'name `model` of the agent'],
    ['ModelNotSet', () => new Fixture().agent({ cli: AgentCli.openCode(), model: gateway }), `got 'no model'`],
    ['InvalidModelName', () => provider(AgentCli.openCode({ model: 'claude-sonnet-4-5' })), '<provider>/<model>'],
    ['ModelNotSupported', () => onBedrock(AgentCli.codex(), own), `got 'anthropic.claude-sonnet-4-5-v1:0'`],
    ['ModelNotSupported', () => onBedrock(AgentCli.claudeCode(), gpt), 'allowed: models of Anthropic'],
    ['FoundationModelNotCalled', () => onBedrock(AgentCli.openCode(), nova), `got 'amazon.nova-lite-v1:0'`],
    ['FoundationModelNotCalled', () => onBedrock(AgentCli.openCode(), nova, {}), 'BedrockModel.inferenceProfile('],
    [
      'PricesMissing',
      () => new Fixture().agent({ cli: AgentCli.openCode({ model: 'm', limits: { dollars: 5 } }), model: gateway }),
      'OpenCode does not say what a job costs with ModelRoute.llmGateway(...)',
    ],
    ['PricesMissing', () => onBedrock(AgentCli.openCode({ limits: { dollars: 5 } }), own), 'ModelRoute.bedrock(...)'],
    ['ImageIsAgent', () => AgentCli.claudeCode({ image: AgentCli.codex() }), `got 'Codex'`],
    ['ImageIsAgent', () => AgentCli.claudeCode({ image: AgentCli.claudeCode() }), 'or leave `image` away'],
    ['ImageIsAgent', () => AgentCli.custom({ image: AgentCli.claudeCode() }), 'pass that agent as `cli` itself'],
    ['ImageIsAgent', () => AgentCli.custom({ image: AgentCli.custom({ image: unknown }) }), 'AgentCli.fromRepository'],
  ])('%s, at synthesis', (code, make, text) => {
    const error = thrownBy(make);
    expect(error.code).toBe(code);
    expect(error.text).toContain(text);
  });

  test.each<[string, () => unknown]>([
    ['a provider in the name', () => provider(AgentCli.openCode({ model: 'anthropic/claude-sonnet-4-5' }))],
    [
      'a name that is known only at deployment',
      () => provider(AgentCli.openCode({ model: Lazy.string({ produce: () => 'x' }) })),
    ],
    ['any name at a gateway', () => new Fixture().agent({ cli: AgentCli.openCode({ model: 'm' }), model: gateway })],
    ['a foundation model that is called as it is', () => onBedrock(AgentCli.openCode(), gpt)],
    [
      'a part of the world where none is rewritten',
      () => onBedrock(AgentCli.openCode(), nova, { env: { account: '111122223333', region: 'us-gov-west-1' } }),
    ],
    ['profiles', () => onBedrock(AgentCli.openCode(), own)],
    ['an image of which nothing is known', () => AgentCli.claudeCode({ image: unknown })],
  ])('%s is taken', (_name, make) => {
    expect(make).not.toThrow();
  });

  test.each<[string, () => unknown, string]>([
    ['InvalidLlmGatewayUrl', () => llm('http://llm.example.com'), 'must use https'],
    ['InvalidLlmGatewayUrl', () => llm('https://me:hunter2@llm.example.com'), 'a key belongs into `auth`'],
    ['OpenLlmGatewayReasonTooShort', () => LlmGatewayAuth.none({ reason: 'because' }), 'at least 20 characters'],
  ])('%s', (code, make, text) => {
    const error = thrownBy(make);
    expect(error.code).toBe(code);
    expect(error.text).toContain(text);
    expect(error.text).not.toContain('hunter2');
  });

  test('what is known only at deployment is taken as it is', () => {
    const token = Lazy.string({ produce: () => 'value' });
    expect(() => llm(token)).not.toThrow();
    expect(() => LlmGatewayAuth.none({ reason: token })).not.toThrow();
  });
});

function llm(url: string): ModelRoute {
  return ModelRoute.llmGateway({
    url,
    auth: LlmGatewayAuth.none({ reason: 'reached through PrivateLink by agents only' }),
  });
}

describe('the place and the time that a session has', () => {
  const environmentOf = (props: Partial<CodingAgentProps>): Record<string, string> => {
    const fixture = new Fixture({ stackProps: ENV });
    fixture.agent({ cli: AgentCli.claudeCode(), model: ModelRoute.bedrock([opus]), ...props });
    return resource(fixture.template(), 'AWS::BedrockAgentCore::Runtime').Properties.EnvironmentVariables as Record<
      string,
      string
    >;
  };
  const storage = [Filesystem.sessionStorage('/mnt/work')];

  test('the workspace is where the storage is mounted', () => {
    expect(environmentOf({ filesystems: storage }).AGENT_WORKSPACE).toBe('/mnt/work');
  });

  test('another place that the app names wins', () => {
    const environment = { AGENT_WORKSPACE: '/mnt/efs/team' };
    expect(environmentOf({ filesystems: storage, environment }).AGENT_WORKSPACE).toBe('/mnt/efs/team');
  });

  test('an image of which nothing is known gets no such variable', () => {
    const fixture = new Fixture({ stackProps: ENV });
    fixture.agent({ filesystems: storage });
    expect(
      resource(fixture.template(), 'AWS::BedrockAgentCore::Runtime').Properties.EnvironmentVariables,
    ).toBeUndefined();
  });

  test.each<[string, Partial<CodingAgentProps>, object | undefined]>([
    ['a microVM that lives shorter than a job by default', { maxLifetime: Duration.minutes(20) }, { minutes: 20 }],
    ['one that lives longer', { maxLifetime: Duration.hours(2) }, undefined],
    [
      'jobs that are shorter still',
      {
        maxLifetime: Duration.minutes(20),
        cli: AgentCli.claudeCode({ limits: { duration: Duration.minutes(5), turns: 3 } }),
      },
      { minutes: 5, turns: 3 },
    ],
  ])('%s', (_, props, limits) => {
    const { limits: told } = JSON.parse(environmentOf(props).AGENT_SETTINGS) as { limits?: object };
    expect(told).toEqual(limits);
  });
});
