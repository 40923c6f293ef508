import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { AgentCli } from '../../lib';
import { Fixture, messages, resource, thrownBy } from '../fixture';

const RUNTIME = 'AWS::BedrockAgentCore::Runtime';
const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;
const folder = mkdtempSync(join(tmpdir(), 'agent-'));
writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\n');
writeFileSync(join(folder, 'main.py'), 'print("hello")\n');

function statementsOf(fixture: Fixture): any[] {
  return resource(fixture.template(), 'AWS::IAM::ManagedPolicy', 'Claude').Properties.PolicyDocument.Statement.slice(2);
}

describe('fromRepository', () => {
  test.each([
    ['1.4.2', ':1.4.2'],
    [DIGEST, `@${DIGEST}`],
  ])('takes %s', (tagOrDigest, end) => {
    const fixture = new Fixture();
    fixture.agent({ cli: AgentCli.fromRepository(fixture.repository, tagOrDigest) });
    const { ContainerUri } = resource(fixture.template(), RUNTIME).Properties.AgentRuntimeArtifact
      .ContainerConfiguration;
    expect(JSON.stringify(ContainerUri)).toContain(`/coding-agents/claude${end}`);
    expect(messages(fixture)).toEqual([]);
  });

  test('serves several agents from one value, each with its own right to pull', () => {
    const fixture = new Fixture();
    const cli = AgentCli.fromRepository(fixture.repository, '1');
    fixture.agent({ cli });
    fixture.agent({ cli }, 'Second');
    for (const id of ['Claude', 'Second']) {
      const policy = resource(fixture.template(), 'AWS::IAM::ManagedPolicy', id);
      expect(JSON.stringify(policy)).toContain('ecr:BatchGetImage');
    }
  });
});

test('fromDirectory builds for linux/arm64 and names the one repository', () => {
  const fixture = new Fixture();
  fixture.agent({
    cli: AgentCli.fromDirectory(folder, { buildArgs: { VERSION: '1' }, target: 'agent', file: 'Dockerfile' }),
  });
  const assembly = fixture.app.synth();
  const manifest = assembly.artifacts.find((a) => a.id.endsWith('.assets')) as unknown as { contents: any };
  const [image] = Object.values<any>(manifest.contents.dockerImages);
  expect(image.source).toMatchObject({
    platform: 'linux/arm64',
    dockerBuildArgs: { VERSION: '1' },
    dockerBuildTarget: 'agent',
    dockerFile: 'Dockerfile',
  });
  const [pull, ...others] = statementsOf(fixture);
  expect(others).toEqual([]);
  expect(JSON.stringify(pull.Resource)).toContain('container-assets');
});

test('fromCode reads exactly one object of the bucket', () => {
  const fixture = new Fixture();
  const runtime = agentcore.AgentCoreRuntime.PYTHON_3_14;
  fixture.agent({ cli: AgentCli.fromCode({ path: folder, runtime, entryPoint: ['main.py'] }) });
  const code = resource(fixture.template(), RUNTIME).Properties.AgentRuntimeArtifact.CodeConfiguration;
  expect(code).toMatchObject({ Runtime: 'PYTHON_3_14', EntryPoint: ['main.py'] });
  const [read, ...others] = statementsOf(fixture);
  expect(others).toEqual([]);
  expect(read.Action).toBe('s3:GetObject');
  expect(JSON.stringify(read.Resource)).toContain(`/${code.Code.S3.Prefix}`);
  expect(JSON.stringify(read.Resource)).not.toContain('*');
});

describe('fromArtifact', () => {
  test('keeps the rights that the L2 would have granted', () => {
    const fixture = new Fixture();
    fixture.agent({
      cli: AgentCli.fromArtifact(agentcore.AgentRuntimeArtifact.fromEcrRepository(fixture.repository, '7')),
    });
    const [pull, ...others] = statementsOf(fixture);
    expect(others).toEqual([]);
    expect(pull.Action).toEqual(expect.arrayContaining(['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer']));
  });

  test('takes code in a bucket', () => {
    const fixture = new Fixture();
    const { NODE_22 } = agentcore.AgentCoreRuntime;
    const location = { bucketName: 'code-of-agents', objectKey: 'agent.zip' };
    fixture.agent({
      cli: AgentCli.fromArtifact(agentcore.AgentRuntimeArtifact.fromS3(location, NODE_22, ['main.js'])),
    });
    expect(JSON.stringify(statementsOf(fixture))).toContain(':s3:::code-of-agents');
  });

  test('an image of the L2 is taken when it is built for linux/arm64', () => {
    const fixture = new Fixture();
    const artifact = agentcore.AgentRuntimeArtifact.fromAsset(folder, { platform: Platform.LINUX_ARM64 });
    fixture.agent({ cli: AgentCli.fromArtifact(artifact) });
    expect(statementsOf(fixture)).toHaveLength(1);
  });

  test.each([
    ['another processor', { platform: Platform.LINUX_AMD64 }, `got 'linux/amd64'`],
    ['no platform', {}, `got 'no platform, so that of the machine that builds'`],
  ])('refuses an image of the L2 for %s', (_case, options, got) => {
    const fixture = new Fixture();
    const artifact = agentcore.AgentRuntimeArtifact.fromAsset(folder, options);
    const error = thrownBy(() => fixture.agent({ cli: AgentCli.fromArtifact(artifact) }));
    expect(error.code).toBe('ImageNotArm64');
    expect(error.text).toContain(`AgentCore runs images for linux/arm64 only (${got}); allowed: Platform.LINUX_ARM64`);
  });

  test('refuses an artifact that serves another agent already', () => {
    const fixture = new Fixture();
    const cli = AgentCli.fromArtifact(agentcore.AgentRuntimeArtifact.fromEcrRepository(fixture.repository, '7'));
    fixture.agent({ cli });
    const error = thrownBy(() => fixture.agent({ cli }, 'Second'));
    expect(error.code).toBe('ArtifactTaken');
    expect(error.text).toContain(`(got 'Agents/Claude'); allowed: one artifact for one agent`);
  });
});

test('assets exist as soon as the agent does, so that Aspects and Mixins see them', () => {
  const fixture = new Fixture();
  const agent = fixture.agent({ cli: AgentCli.fromDirectory(folder) });
  expect(agent.node.tryFindChild('Image')).toBeDefined();
  const runtime = agentcore.AgentCoreRuntime.NODE_22;
  const code = fixture.agent({ cli: AgentCli.fromCode({ path: folder, runtime, entryPoint: ['x.js'] }) }, 'Code');
  expect(code.node.findAll().some((c) => c.node.id === 'AgentRuntimeArtifact')).toBe(true);
});

test("a repository of another account works, its policy is its owner's business", () => {
  const fixture = new Fixture({ stackProps: { env: { account: '111122223333', region: 'eu-central-1' } } });
  const arn = 'arn:aws:ecr:eu-central-1:444455556666:repository/shared/claude';
  const repository = ecr.Repository.fromRepositoryArn(fixture.stack, 'Shared', arn);
  fixture.agent({ cli: AgentCli.fromRepository(repository, '1') });
  expect(JSON.stringify(statementsOf(fixture))).toContain(arn);
});
