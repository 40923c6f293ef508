import * as kms from 'aws-cdk-lib/aws-kms';
import { AgentCli, ModelRoute } from '../../lib';
import { Fixture, resource } from '../fixture';

const METRICS = 'CodingAgentsMetrics';
const archive = { archiveUrl: 'https://downloads.example.com/a.zip', archiveSha256: 'ab'.repeat(32) };

function policies(fixture: Fixture): any[] {
  return Object.values(fixture.template().findResources('AWS::IAM::ManagedPolicy'));
}

test('an agent with telemetry gets a log group and a stream, and is told both', () => {
  const fixture = new Fixture();
  fixture.agent({ model: ModelRoute.none(), cli: AgentCli.claudeCode({ telemetry: true }), runtimeName: 'claude' });
  const template = fixture.template();
  const { EnvironmentVariables } = resource(template, 'AWS::BedrockAgentCore::Runtime').Properties;
  const { AGENT_LOG_GROUP, AGENT_LOG_STREAM } = EnvironmentVariables;
  const group = template.findResources('AWS::Logs::LogGroup')[AGENT_LOG_GROUP.Ref];
  const stream = template.findResources('AWS::Logs::LogStream')[AGENT_LOG_STREAM.Ref];
  // what the role may write to
  expect(JSON.stringify(group.Properties.LogGroupName)).toContain('/aws/bedrock-agentcore/runtimes/claude-telemetry-');
  // OpenCode's hold prompts
  expect(JSON.stringify(group.Properties.DataProtectionPolicy)).toContain('MaskConfig');
  expect(group).toMatchObject({ Properties: { RetentionInDays: 365 }, DeletionPolicy: 'RetainExceptOnCreate' });
  expect(stream).toMatchObject({
    Properties: { LogGroupName: AGENT_LOG_GROUP },
    DeletionPolicy: 'RetainExceptOnCreate',
  });
  expect(JSON.parse(EnvironmentVariables.AGENT_SETTINGS)).toEqual({ telemetry: true });
});

test('of each further agent it costs two resources', () => {
  const count = (telemetry: boolean): number => {
    const fixture = new Fixture();
    ['One', 'Two'].forEach((id) =>
      fixture.agent({ model: ModelRoute.none(), cli: AgentCli.claudeCode({ telemetry }) }, id),
    );
    return Object.keys(fixture.template().toJSON().Resources as object).length;
  };
  // and the policy that all of a stack share
  expect(count(true) - count(false)).toBe(2 + 2 + 1);
});

test('the right to metrics has no condition, stands alone, and is for agents with telemetry only', () => {
  const fixture = new Fixture();
  fixture.agent({ model: ModelRoute.none(), cli: AgentCli.claudeCode({ telemetry: true }) });
  fixture.agent({ model: ModelRoute.none(), cli: AgentCli.codex() }, 'Codex');
  const template = fixture.template();
  const { PolicyDocument, Roles } = resource(template, 'AWS::IAM::ManagedPolicy', METRICS).Properties;
  expect(PolicyDocument.Statement).toEqual([{ Effect: 'Allow', Action: 'cloudwatch:PutMetricData', Resource: '*' }]);
  expect(Roles).toEqual([{ Ref: expect.stringMatching(/^ClaudeRole/) }]);
  const { DependsOn } = resource(template, 'AWS::BedrockAgentCore::Runtime', 'Claude');
  expect(DependsOn).toContainEqual(expect.stringContaining(METRICS));
});

test.each([
  ['without telemetry', AgentCli.claudeCode()],
  ['that has none', AgentCli.kiro({ ...archive, telemetry: true })],
])('an agent %s costs nothing for it', (_which, cli) => {
  const fixture = new Fixture();
  fixture.agent({ model: ModelRoute.none(), cli });
  expect(JSON.stringify(policies(fixture))).not.toContain(METRICS);
  fixture.template().resourceCountIs('AWS::Logs::LogStream', 0);
});

test('its log group has the key and the retention of all logs of the agent', () => {
  const fixture = new Fixture();
  const encryptionKey = new kms.Key(fixture.stack, 'Key');
  fixture.agent({
    model: ModelRoute.none(),
    cli: AgentCli.codex({ telemetry: true }),
    observability: { encryptionKey },
  });
  const group = resource(fixture.template(), 'AWS::Logs::LogGroup', 'ClaudeTelemetryLogs');
  expect(group.Properties.KmsKeyId).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] });
});
