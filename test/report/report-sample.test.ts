import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as iam from 'aws-cdk-lib/aws-iam';
import { unifiedDiff } from '../../cli/diff';
import { reportOf, sample } from './report-apps';

const docs = join(__dirname, '..', '..', 'docs', 'compliance');
const HEAD =
  '<!-- The report of the sample app. Kept fresh by test/report/report-sample.test.ts: npm run test:update -->\n';

/** whether jest was asked to write snapshots anew */
function isUpdate(): boolean {
  const { snapshotState } = expect.getState() as unknown as { snapshotState: { _updateSnapshot: string } };
  return snapshotState._updateSnapshot === 'all';
}

test.each([
  ['sample.md', () => `${HEAD}${reportOf(sample()).markdown}`],
  ['sample.json', () => reportOf(sample()).json],
])('docs/compliance/%s is what the sample allows', (name, made) => {
  const file = join(docs, name);
  if (isUpdate()) {
    writeFileSync(file, made());
  }
  expect(made()).toBe(readFileSync(file, 'utf8'));
});

/** the lines that a reviewer sees with a sign before them */
function difference(change: Parameters<typeof sample>[0]): string[] {
  const [before, after] = [reportOf(sample()).markdown, reportOf(sample(change)).markdown];
  return unifiedDiff(before, after, 'compliance.md')
    .split('\n')
    .slice(2)
    .filter((line) => /^[-+]/.test(line));
}

describe('a change of rights is a small difference', () => {
  test('one agent may do everything with the buckets of the account', () => {
    const lines = difference((stack) => {
      const role = stack.node.findChild('Claude').node.findChild('Role') as iam.Role;
      role.addManagedPolicy(
        new iam.ManagedPolicy(stack, 'Broad', {
          statements: [new iam.PolicyStatement({ actions: ['s3:*'], resources: ['*'] })],
        }),
      );
    });
    // the role may do something with every resource already, so that the action joins it
    expect(lines).toEqual([
      '+  - `s3:*`',
      '+- wildcard `*`',
      '+  - no reason is given',
      '+- wildcard `s3:*`',
      '+  - no reason is given',
    ]);
  });

  test('one more action in a policy that is there', () => {
    const lines = difference((stack) => {
      const policy = stack.node.findAll().find(({ node }) => node.path === 'CodingAgents/Tools/CloneClaude/Policy');
      expect(policy).toBeInstanceOf(iam.ManagedPolicy);
      (policy as iam.ManagedPolicy).addStatements(
        new iam.PolicyStatement({
          actions: ['kms:GetPublicKey'],
          resources: ['arn:aws:kms:eu-west-1:111122223333:key/1'],
        }),
      );
    });
    expect(lines.sort()).toEqual([
      '+  - `kms:GetPublicKey`',
      '+  - on `arn:aws:kms:eu-west-1:111122223333:key/1`',
      '+- allow',
    ]);
  });

  test('one more client of a gateway is one line', () => {
    const lines = difference((stack) => {
      const gateway = stack.node.findAll().find((one) => one instanceof agentcore.CfnGateway);
      gateway?.addPropertyOverride('AuthorizerConfiguration.CustomJWTAuthorizer.AllowedClients', [
        'coding-agents-laptop',
        'coding-agents-portal',
        'somebody-else',
      ]);
    });
    expect(lines).toEqual(['+- client `somebody-else`']);
  });
});

test('the report holds nothing that changes without a change of rights', () => {
  const { markdown, json } = reportOf(sample());
  for (const text of [markdown, json]) {
    expect(text).not.toMatch(/(?<!sha256:)\b[0-9a-f]{64}\b/);
    expect(text).not.toContain(join(__dirname, '..', '..'));
    expect(text).not.toMatch(/\b20\d\d-\d\d-\d\dT/);
  }
});

test('one wildcard of the library has no acknowledgement: cdk-nag does not count question marks', () => {
  const agents = reportOf(sample()).stacks.find(({ name }) => name === 'CodingAgents');
  const wildcards = agents.identities.flatMap(({ name, wildcards: all = [] }: any) =>
    all.filter(({ reason }: any) => reason === undefined).map((one: any) => `${name}: ${one.name}`),
  );
  expect(wildcards).toEqual([
    expect.stringMatching(/^Tools\/Gateway\/Access\/Role: arn:.*:gateway\/codingagents-tools-gateway-\w+-\?{10}$/),
  ]);
});
