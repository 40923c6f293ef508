import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { PipelineStack } from '../../examples/pipeline/pipeline';
import { settingsFrom } from '../../examples/pipeline/settings';

// the real CLI compares two assemblies, one of which was changed by hand

const root = join(__dirname, '..', '..');
const folder = join(root, 'examples', 'pipeline');
const env = {
  ...process.env,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_REGION: 'eu-west-1',
  CDK_DISABLE_CLI_TELEMETRY: 'true',
  CDK_DISABLE_VERSION_CHECK: '1',
};
const AGENTS = 'AgentPipeline/Test/Agents';
const NETWORK = 'AgentPipeline/Test/Network';

function synthesize(): string {
  const { context } = JSON.parse(readFileSync(join(folder, 'cdk.json'), 'utf8'));
  const app = new App({ context, outdir: mkdtempSync(join(tmpdir(), 'reviewed-')) });
  new PipelineStack(app, 'AgentPipeline', settingsFrom(app));
  return app.synth().directory;
}

const reviewed = synthesize();

/** a copy of the assembly in which one stack was changed */
function changed(stack: string, change: (resources: any) => void): string {
  const copy = mkdtempSync(join(tmpdir(), 'changed-'));
  cpSync(reviewed, copy, { recursive: true });
  const file = templateOf(copy, stack);
  const template = JSON.parse(readFileSync(file, 'utf8'));
  change(template.Resources);
  writeFileSync(file, JSON.stringify(template));
  return copy;
}

const templateOf = (assembly: string, stack: string): string =>
  new CloudAssembly(assembly).stacksRecursively.find(({ hierarchicalId }) => hierarchicalId === stack)!
    .templateFullPath;

const READ = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::secrets/*' };

/** the properties of the first resource of a type */
const one = (resources: any, type: string): any =>
  Object.values<any>(resources).find(({ Type }) => Type === type).Properties;
const statementsOf = (resources: any): any[] => one(resources, 'AWS::IAM::ManagedPolicy').PolicyDocument.Statement;

test.each<[string, string, (resources: any) => void, number]>([
  ['a description', AGENTS, (r) => (one(r, 'AWS::BedrockAgentCore::Runtime').Description = 'new'), 0],
  ['an action less', NETWORK, (r) => statementsOf(r).shift(), 0],
  ['an action more', NETWORK, (r) => statementsOf(r).push(READ), 1],
  ['a principal more that may assume the role', AGENTS, trustAccount, 1],
  ['a rule more of a security group', NETWORK, openGroup, 1],
  // seen since policies name their roles: of those that a role lists, the CLI sees no change
  ['an action more for an agent', AGENTS, (r) => statementsOf(r).push(READ), 1],
  ['no Deny list', AGENTS, withoutDeny, 1],
  // what the CLI does not see, and the report does
  ['a network mode that reaches everything', AGENTS, publicNetwork, 0],
])('%s', (_, stack, change, expected) => {
  const after = changed(stack, change);
  const args = ['diff', '--app', after, stack, '--exclusively', '--template', templateOf(reviewed, stack)];
  const cdk = join(root, 'node_modules', '.bin', 'cdk');
  const { status, stdout } = spawnSync(cdk, [...args, '--fail-on', 'broadening', '--no-notices', '--ci'], {
    env,
    encoding: 'utf8',
  });
  expect(stdout).toContain('Number of stacks with differences: 1');
  expect(status).toBe(expected);
});

describe('the comparison for a pull request', () => {
  const compare = (before: string, after: string): { status: number | null; stderr: string } =>
    spawnSync('npx', ['tsx', join(folder, 'pull-request.ts'), before, after], { cwd: root, env, encoding: 'utf8' });

  test('names the stacks that get more, and only those', () => {
    const after = changed(NETWORK, openGroup);
    const { status, stderr } = compare(reviewed, after);
    expect(stderr).toMatch(new RegExp(`^broader permissions, or no comparison: ${NETWORK}$`, 'm'));
    expect(status).toBe(1);
  });

  test('is content with a change that gives nothing', () => {
    const after = changed(AGENTS, (r) => (one(r, 'AWS::BedrockAgentCore::Runtime').Description = 'new'));
    expect(compare(reviewed, after).status).toBe(0);
  });
});

function withoutDeny(resources: any): void {
  for (const { Type, Properties } of Object.values<any>(resources)) {
    if (Type === 'AWS::IAM::ManagedPolicy') {
      const document = Properties.PolicyDocument;
      document.Statement = document.Statement.filter(({ Effect }: any) => Effect !== 'Deny');
    }
  }
}

function trustAccount(resources: any): void {
  one(resources, 'AWS::IAM::Role').AssumeRolePolicyDocument.Statement.push({
    Effect: 'Allow',
    Action: 'sts:AssumeRole',
    Principal: { AWS: 'arn:aws:iam::999999999999:root' },
  });
}

function openGroup(resources: any): void {
  const group = one(resources, 'AWS::EC2::SecurityGroup');
  const everywhere = { CidrIp: '0.0.0.0/0', IpProtocol: 'tcp', FromPort: 443, ToPort: 443 };
  group.SecurityGroupEgress = [...(group.SecurityGroupEgress ?? []), everywhere];
}

function publicNetwork(resources: any): void {
  one(resources, 'AWS::BedrockAgentCore::Runtime').NetworkConfiguration = { NetworkMode: 'PUBLIC' };
}
