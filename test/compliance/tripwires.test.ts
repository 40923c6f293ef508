import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as s3files from 'aws-cdk-lib/aws-s3files';
import { allMembers, interfaceIn, ROOT, still, throws } from './tripwire';

// What aws-cdk-lib lacks today and the library adds. A test that fails here is good news: it says what to delete.

test('the L2 runtime mounts no file systems', () => {
  const props = interfaceIn(`${ROOT}/runtime/runtime.d.ts`, 'RuntimeProps');
  still(
    !/filesystem/i.test(props),
    'RuntimeProps knows file systems: lib/mixins/runtime-filesystems.ts can become a call of the L2',
  );
});

test('the L2 runtime lets its role fetch tokens of every workload identity', () => {
  const text = JSON.stringify(Template.fromStack(plainRuntimes(1).stack).toJSON());
  still(
    text.includes('workload-identity/*') && text.includes('runtimes/*'),
    'the L2 no longer grants account-wide rights: compare them with lib/agent/execution-role.ts; perhaps withoutPolicyUpdates() and our log statements can go',
  );
});

test('the L2 metric of sessions has a name that is not published', () => {
  const [runtime] = plainRuntimes(1).runtimes;
  still(
    runtime.metricSessionCount().metricName !== 'Sessions',
    'metricSessionCount() is right now: metricSessions() in lib/agent/agent-endpoint-base.ts can use it',
  );
});

test('the L2 grants neither commands nor shells', () => {
  const [runtime] = plainRuntimes(1).runtimes;
  const grants = allMembers(runtime).filter((name) => /^grant.*(Command|Shell|Exec|WebSocket|Stop)/.test(name));
  still(
    grants.length === 0,
    `the L2 has ${grants.join(', ')}: the grants of lib/agent/agent-endpoint-base.ts can use it`,
  );
});

test('the L2 grants the right to an artifact to the first runtime only', () => {
  const policies = Object.values(Template.fromStack(plainRuntimes(2).stack).findResources('AWS::IAM::Policy'));
  const pulls = policies.filter((policy) => JSON.stringify(policy).includes('ecr:BatchGetImage'));
  still(
    pulls.length === 1,
    'each runtime gets the right to a shared artifact: `takenBy` in lib/agent/cli/agent-artifact.ts can go',
  );
});

test('the L2 network configuration makes a security group with a fixed id', () => {
  const { stack } = plainRuntimes(0);
  const vpc = new ec2.Vpc(stack, 'Vpc');
  const make = (): unknown => agentcore.RuntimeNetworkConfiguration.usingVpc(stack, { vpc });
  make();
  still(
    throws(make),
    'two network configurations fit into one scope: agents no longer need a scope of their own for it',
  );
});

test('S3 Files has no L2', () => {
  const l2s = Object.keys(s3files).filter((name) => !name.startsWith('Cfn'));
  still(l2s.length === 0, `aws-s3files has ${l2s.join(', ')}: lib/storage/s3-files can be built on it, or go`);
});

test('the schema of a runtime has no metadata configuration', () => {
  const props = interfaceIn(`${ROOT}/bedrockagentcore.generated.d.ts`, 'CfnRuntimeProps');
  still(
    !/metadataConfiguration/i.test(props),
    'CloudFormation knows MetadataConfiguration: require MMDSv2 in lib/agent/coding-agent.ts',
  );
});

test('a VPC that is told its zones asks for those of the account all the same', () => {
  const app = new App();
  const stack = new Stack(app, 'Stack', { env: { account: '111122223333', region: 'eu-central-1' } });
  new ec2.Vpc(stack, 'Vpc', { availabilityZones: ['eu-central-1a'] });
  still(
    (app.synth().manifest.missing ?? []).length > 0,
    'Vpc with availabilityZones needs no look-up: withoutZoneLookup() in lib/network/zoned-vpc.ts can go',
  );
});

/** Runtimes as the L2 makes them, all with one artifact. */
function plainRuntimes(count: number): { stack: Stack; runtimes: agentcore.Runtime[] } {
  const stack = new Stack(new App(), 'Stack');
  const repository = ecr.Repository.fromRepositoryName(stack, 'Repository', 'agents');
  const agentRuntimeArtifact = agentcore.AgentRuntimeArtifact.fromEcrRepository(repository, '1');
  const runtimes = Array.from(
    { length: count },
    (_, i) => new agentcore.Runtime(stack, `Runtime${i}`, { agentRuntimeArtifact }),
  );
  return { stack, runtimes };
}
