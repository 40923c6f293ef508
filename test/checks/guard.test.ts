import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, CloudFormationValidatePlugin, Stack } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import { AgentCoreChecks } from '../../lib/checks/agent-core-checks';
import { FIXTURES } from './fixtures';
import type { Resources } from './fixtures/resources';
import { findings, reportOn } from './templates';

// the engine is the one that cfn-guard has, bundled in the CDK; it takes seconds to start, so all templates share one
const FILE = join(__dirname, '..', '..', 'checks', 'agentcore.guard');
const content = readFileSync(FILE, 'utf8');
const guard = new CloudFormationValidatePlugin({
  guardRules: [{ name: 'agentcore.guard', content }],
  includeDefaultRules: false,
});

const RULES = AgentCoreChecks.rules();
const IN_FILE = new Set(RULES.filter(({ inGuardFile }) => inGuardFile).map(({ id }) => id));
const IDS = new Set(RULES.map(({ id }) => id));

/** which of our rules are broken by which resource */
function broken(template: object): string[] {
  const ours = reportOn(guard, template).violations.filter(({ ruleName }) => IDS.has(ruleName));
  const found = ours.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.map(({ resourceLogicalId }) => `${ruleName} ${resourceLogicalId}`),
  );
  return [...new Set(found)];
}

/** the same of the plugin */
function brokenForPlugin(template: object): string[] {
  const found = RULES.flatMap(({ id }) => findings(id, template).map((place) => `${id} ${place.split(' ')[0]}`));
  return [...new Set(found)];
}

const CASES = Object.entries(FIXTURES).flatMap(([rule, { passes, fails }]) => [
  ...Object.entries(passes).map(([title, resources]) => ({ rule, title, resources, wanted: [] as string[] })),
  ...Object.entries(fails).map(([title, { resources, at, guard: said }]) => ({
    rule,
    title,
    resources,
    wanted: said === 'silent' ? [] : at.map((place) => place.split(' ')[0]),
  })),
]);

beforeAll(() => {
  broken({ Resources: { Bucket: { Type: 'AWS::S3::Bucket' } } });
});

test('the file has the rules that say they are in it, and no other', () => {
  const names = [...content.matchAll(/^rule ([A-Z][A-Z0-9_]+)\b/gm)].map(([, name]) => name);
  expect(names.sort()).toEqual([...IN_FILE].sort());
});

test('a rule in the file has a template that it finds broken', () => {
  const found = new Set(CASES.filter(({ wanted }) => wanted.length > 0).map(({ rule }) => rule));
  expect([...IN_FILE].filter((id) => !found.has(id))).toEqual([]);
});

test.each(CASES)('$rule: $title', ({ rule, resources, wanted }) => {
  const found = broken({ Resources: resources }).filter((name) => name.startsWith(`${rule} `));
  expect(found.sort()).toEqual([...new Set(wanted)].map((id) => `${rule} ${id}`).sort());
});

test.each(CASES)('$rule: $title: nothing is found that the plugin does not find', ({ resources }) => {
  const template = { Resources: resources };
  expect(brokenForPlugin(template)).toEqual(expect.arrayContaining(broken(template)));
});

test('nothing is found that the plugin does not find in what the L2s of the CDK write', () => {
  const template = l2Template();
  const found = broken(template);
  expect(found.map((name) => name.split(' ')[0])).toEqual(
    expect.arrayContaining(['AC_WORKLOAD_IDENTITY_GRANT_NAMED', 'BEDROCKAGENTCORE_RUNTIME_PRIVATE_NETWORK_REQUIRED']),
  );
  expect(brokenForPlugin(template)).toEqual(expect.arrayContaining(found));
});

function l2Template(): { Resources: Resources } {
  const app = new App();
  const stack = new Stack(app, 'Agents');
  new agentcore.Runtime(stack, 'Agent', {
    agentRuntimeArtifact: agentcore.AgentRuntimeArtifact.fromImageUri(
      '111122223333.dkr.ecr.eu-west-1.amazonaws.com/agents/claude:1.4.2',
    ),
  });
  new agentcore.Gateway(stack, 'Tools', { authorizerConfiguration: agentcore.GatewayAuthorizer.usingAwsIam() });
  return app.synth().getStackByName('Agents').template as { Resources: Resources };
}
