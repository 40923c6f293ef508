import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import { PipelineStack } from '../../examples/pipeline/pipeline';
import { settingsFrom } from '../../examples/pipeline/settings';
import { AgentStage } from '../../examples/pipeline/stage';
import { AgentCoreChecks } from '../../lib/checks/agent-core-checks';
import { REPORT_ONLY } from '../compliance/nag';

const folder = join(__dirname, '..', '..', 'examples', 'pipeline');
const { context } = JSON.parse(readFileSync(join(folder, 'cdk.json'), 'utf8'));

const app = new App({ context });
const template = Template.fromStack(new PipelineStack(app, 'AgentPipeline', settingsFrom(app)));
const of = (type: string): any[] => Object.values(template.findResources(type)).map(({ Properties }) => Properties);
const [{ Stages: stages }] = of('AWS::CodePipeline::Pipeline');
const roleOf = (kind: string, account: string): object => ({
  'Fn::Join': [
    '',
    ['arn:', { Ref: 'AWS::Partition' }, `:iam::${account}:role/cdk-hnb659fds-${kind}-role-${account}-eu-west-1`],
  ],
});

/** the build of an action: its commands, and what its role may do */
function build(stage: string, action: string): { commands: string[]; environment: any; statements: any[] } {
  const { Configuration } = stages
    .find(({ Name }: any) => Name === stage)
    .Actions.find(({ Name }: any) => Name === action);
  const project = template.findResources('AWS::CodeBuild::Project')[Configuration.ProjectName.Ref].Properties;
  const [roleId] = project.ServiceRole['Fn::GetAtt'];
  const policies = of('AWS::IAM::Policy').filter(({ Roles }) => Roles.some(({ Ref }: any) => Ref === roleId));
  return {
    commands: JSON.parse(project.Source.BuildSpec).phases.build.commands,
    environment: project.Environment,
    statements: policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement),
  };
}

test('each commit passes the report, the test account and the production account, in this order', () => {
  expect(stages.map(({ Name }: any) => Name)).toEqual([
    'Source',
    'Build',
    'UpdatePipeline',
    'Assets',
    'Test',
    'Production',
  ]);
});

test.each([
  ['Test', ['TestPermissions', 'Network.Prepare', 'Network.Deploy', 'Agents.Prepare', 'Agents.Deploy']],
  [
    'Production',
    ['ProductionPermissions', 'Promote', 'Network.Prepare', 'Network.Deploy', 'Agents.Prepare', 'Agents.Deploy'],
  ],
])('in %s the gate comes before all that is deployed', (name, order) => {
  const { Actions } = stages.find(({ Name }: any) => Name === name);
  expect(Actions.map(({ Name, RunOrder }: any) => [RunOrder, Name])).toEqual(
    order.map((action, index) => [index + 1, action]),
  );
});

test('the report is compared when the app is synthesized, before even the pipeline changes', () => {
  const { commands } = build('Build', 'Synth');
  expect(commands).toEqual([
    'npm test',
    expect.stringMatching(/^npx cdk synth .*--no-lookups --strict$/),
    'npx cdk-coding-agents report cdk.out --output compliance --check',
  ]);
});

describe.each([
  ['Test', '222222222222'],
  ['Production', '333333333333'],
])('the gate of %s', (stage, account) => {
  const gate = build(stage, `${stage}Permissions`);

  test('compares the stacks of its stage and of no other', () => {
    expect(gate.commands).toHaveLength(1);
    expect(gate.commands[0]).toMatch(
      new RegExp(
        `^npx cdk diff --app cdk\\.out --method template --fail-on broadening "AgentPipeline/${stage}/\\*\\*" \\|\\|`,
      ),
    );
  });

  test('may look into its account, and read what was agreed to', () => {
    const own = gate.statements.filter(({ Action }) => /^(sts|ssm):/.test([Action].flat()[0]));
    expect(own).toEqual([
      { Action: 'sts:AssumeRole', Effect: 'Allow', Resource: roleOf('lookup', account) },
      {
        Action: 'ssm:GetParameter',
        Effect: 'Allow',
        Resource: {
          'Fn::Join': [
            '',
            [
              expect.stringMatching(/^arn:aws:ssm:eu-west-1:111111111111:parameter\/$/),
              { Ref: expect.stringContaining(stage) },
            ],
          ],
        },
      },
    ]);
  });

  test.each([
    ['nothing is broader', 0, 'none', 0],
    ['it is broader and nobody agreed', 1, 'none', 1],
    ['it is broader and somebody agreed to another commit', 1, 'c0ffee0', 1],
    ['it is broader and somebody agreed to this commit', 1, 'abc1234', 0],
  ])('when %s', (_, diff, agreed, expected) => {
    const bin = mkdtempSync(join(tmpdir(), 'bin-'));
    const program = (name: string, text: string): void => {
      writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
      chmodSync(join(bin, name), 0o755);
    };
    // what the shell makes of the answers; the answers of the real CLI are below
    program('npx', `exit ${diff}`);
    program('aws', `echo ${agreed}`);
    const env = { PATH: `${bin}:${process.env.PATH}`, COMMIT: 'abc1234', AGREED: 'parameter' };
    expect(spawnSync('sh', ['-c', gate.commands[0]], { env }).status).toBe(expected);
  });
});

test('whoever may assume a role may assume named roles only', () => {
  const resources = of('AWS::IAM::Policy')
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .filter(({ Action }) => [Action].flat().some((action: string) => /^(\*|sts:)/.test(action)))
    .flatMap(({ Resource }) => [Resource].flat());
  expect(resources.length).toBeGreaterThan(8);
  expect(resources.filter((resource) => JSON.stringify(resource).includes('*'))).toEqual([]);
});

test('to change itself the pipeline needs two roles of its own account', () => {
  const { statements } = build('UpdatePipeline', 'SelfMutate');
  const [assume] = statements.filter(({ Action }) => Action === 'sts:AssumeRole');
  expect(assume.Resource).toEqual([roleOf('deploy', '111111111111'), roleOf('file-publishing', '111111111111')]);
});

test.each([
  ['codeconnections', 'codeconnections'],
  ['codestar-connections', 'codestar-connections'],
])('a connection under %s is used by the action of the same service', (service, prefix) => {
  const connectionArn = `arn:aws:${service}:eu-west-1:111111111111:connection/1`;
  const other = new App({ context: { ...context, pipeline: { ...context.pipeline, connectionArn } } });
  const stack = new PipelineStack(other, 'AgentPipeline', settingsFrom(other));
  Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: Match.arrayWith([Match.objectLike({ Action: `${prefix}:UseConnection`, Resource: connectionArn })]),
    },
  });
});

test('no build is privileged, and none takes the newest tool of the day', () => {
  const { devDependencies } = JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8'));
  const projects = of('AWS::CodeBuild::Project');
  expect(projects.map(({ Environment }) => Environment.PrivilegedMode)).toEqual(projects.map(() => false));
  const installed = projects.flatMap(({ Source }) => Source.BuildSpec.match(/npm install[^"]*/g) ?? []);
  expect(installed).toEqual([
    `npm install -g aws-cdk@${devDependencies['aws-cdk']}`,
    expect.stringMatching(/^npm install -g cdk-assets@\d+\.\d+\.\d+$/),
  ]);
});

test('what passes through the pipeline is encrypted with a key that rotates, and reached over TLS only', () => {
  template.allResourcesProperties('AWS::KMS::Key', { EnableKeyRotation: true });
  const closed = {
    BlockPublicAcls: true,
    BlockPublicPolicy: true,
    IgnorePublicAcls: true,
    RestrictPublicBuckets: true,
  };
  template.allResourcesProperties('AWS::S3::Bucket', { PublicAccessBlockConfiguration: closed });
  template.allResourcesProperties('AWS::S3::BucketPolicy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      ]),
    },
  });
  const [{ ArtifactStore }] = of('AWS::CodePipeline::Pipeline');
  expect(ArtifactStore.EncryptionKey).toMatchObject({
    Type: 'KMS',
    Id: { 'Fn::GetAtt': ['ArtifactsKeyA65E83CB', 'Arn'] },
  });
});

test('the checks of the app see the stacks of its stages', () => {
  const checked = new App({ context: { ...context, ...REPORT_ONLY } });
  Validations.of(checked).addPlugins(new AgentCoreChecks());
  const { test: env, ...settings } = settingsFrom(checked);
  const stage = new AgentStage(new Stack(checked, 'AgentPipeline'), 'Test', { ...settings, env });
  new agentcore.CfnGateway(stage.node.findChild('Agents'), 'Open', {
    name: 'open',
    authorizerType: 'NONE',
    protocolType: 'MCP',
    roleArn: 'arn:aws:iam::222222222222:role/open',
  });
  const { directory } = checked.synth();
  const { pluginReports } = JSON.parse(readFileSync(join(directory, 'validation-report.json'), 'utf8'));
  const { violations } = pluginReports.find(({ pluginName }: any) => pluginName === 'AgentCoreChecks');
  expect(
    violations.flatMap(({ violatingConstructs }: any) =>
      violatingConstructs.map(({ constructPath }: any) => constructPath),
    ),
  ).toContain('AgentPipeline/Test/Agents/Open');
});
