import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, CloudFormationValidatePlugin, Stack } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type { PolicyValidationPluginReport } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { AgentCoreChecks } from '../../lib/checks/agent-core-checks';
import { secretPatterns } from '../../lib/contract/secret-patterns';
import { FIXTURES } from './fixtures';
import type { Resources } from './fixtures/resources';
import { reportOn } from './templates';
import { MACRO, placesIn, unknownValues, withValue } from './variants';

// the engine is the one of cfn-guard, bundled in the CDK
const FILE = join(__dirname, '..', '..', 'checks', 'agentcore.guard');
const content = readFileSync(FILE, 'utf8');
const guard = new CloudFormationValidatePlugin({
  guardRules: [{ name: 'agentcore.guard', content }],
  includeDefaultRules: false,
});
const plugin = new AgentCoreChecks();

const RULES = AgentCoreChecks.rules();
const IDS = new Set(RULES.map(({ id }) => id));
const IN_FILE = RULES.filter(({ inGuardFile }) => inGuardFile).map(({ id }) => id);

const CASES = Object.entries(FIXTURES).flatMap(([rule, { passes, fails }]) => [
  ...Object.entries(passes).map(([title, resources]) => ({ rule, title, resources, wanted: [] as string[] })),
  ...Object.entries(fails).map(([title, { resources, at, guard: said }]) => ({
    rule,
    title,
    resources,
    wanted: said === 'silent' ? [] : at.map((place) => place.split(' ')[0]),
  })),
]);

/** which of our rules are broken, and by which resource */
function brokenIn({ violations }: PolicyValidationPluginReport): string[] {
  const found = violations
    .filter(({ ruleName }) => IDS.has(ruleName))
    .flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map((one) => `${ruleName} ${one.resourceLogicalId}`),
    );
  return [...new Set(found)].sort();
}

beforeAll(() => {
  // it takes seconds to start, and does so again for each type of resource that it has not seen
  const types = CASES.flatMap(({ resources }) => Object.values(resources)).map(({ Type }) => ({ Type }));
  reportOn(guard, { Resources: Object.fromEntries(types.map((type, i) => [`R${i}`, type])) });
});

test('the file has the rules that say they are in it, and no other', () => {
  const names = [...content.matchAll(/^rule ([A-Z][A-Z0-9_]+)\b/gm)].map(([, name]) => name);
  expect(names.sort()).toEqual([...IN_FILE].sort());
});

// cfn-guard 3.2 counts a called rule that was skipped as broken; `npm run test:guard` runs it
test('each rule with parameters has a clause that always applies, and is called where that clause can be evaluated', () => {
  const called = [...content.matchAll(/^rule ([a-z_]+)\([a-z, ]+\) \{\n(.*)$/gm)];
  expect(called.length).toBeGreaterThan(5);
  expect(called.filter(([, , first]) => first !== '  Resources exists').map(([, name]) => name)).toEqual([]);
  const calls = new RegExp(`^( *)(${called.map(([, name]) => name).join('|')})\\(`, 'gm');
  const depths = [...content.matchAll(calls)].map(([, indent]) => indent.length);
  // in a block about a resource, Resources is a property of it
  expect([...new Set(depths)].sort()).toEqual([2, 4]);
});

test('each rule of the file finds a template broken', () => {
  const found = new Set(CASES.filter(({ wanted }) => wanted.length > 0).map(({ rule }) => rule));
  expect([...found].sort()).toEqual([...IN_FILE].sort());
});

test.each(CASES)('$rule: $title', ({ rule, resources, wanted }) => {
  const found = brokenIn(reportOn(guard, { Resources: resources }));
  expect(found.filter((name) => name.startsWith(`${rule} `))).toEqual(
    [...new Set(wanted)].map((id) => `${rule} ${id}`).sort(),
  );
  expect(brokenIn(reportOn(plugin, { Resources: resources }))).toEqual(expect.arrayContaining(found));
});

test('secrets look in the file as they do everywhere else', () => {
  const [rule] = /^rule not_secret\(values\)[^]*?^}/m.exec(content) ?? [''];
  const patterns = [...rule.matchAll(/this != \/(.*)\/ <</g)].map(([, pattern]) => pattern.replaceAll('\\/', '/'));
  expect(patterns.filter((pattern) => !/^https\?|resolve:/.test(pattern))).toEqual(secretPatterns());
});

test('what is missing or known only at deployment is nothing that the plugin does not find', () => {
  const places = CASES.flatMap(({ resources }) => placesIn(resources).map((path) => ({ resources, path })));
  fc.assert(
    fc.property(fc.constantFrom(...places), unknownValues(), ({ resources, path }, value) => {
      const template = { Resources: withValue(resources, path, value) };
      const found = brokenIn(reportOn(guard, template));
      expect(brokenIn(reportOn(plugin, template))).toEqual(expect.arrayContaining(found));
    }),
    { numRuns: 300 },
  );
});

test('what a macro may add is nothing that the plugin does not find', () => {
  const broken = CASES.filter(({ wanted }) => wanted.length > 0);
  const places = broken.flatMap(({ resources }) =>
    [...Object.keys(resources).map((id) => [id, 'Properties']), ...placesIn(resources)].map((path) => ({
      resources,
      path,
    })),
  );
  const objects = places.filter(({ resources, path }) =>
    isObject(path.reduce<any>((below, key) => below?.[key], resources)),
  );
  fc.assert(
    fc.property(fc.constantFrom(...objects), ({ resources, path }) => {
      const template = { Resources: withValue(resources, [...path, 'Fn::Transform'], MACRO['Fn::Transform']) };
      const found = brokenIn(reportOn(guard, template));
      expect(brokenIn(reportOn(plugin, template))).toEqual(expect.arrayContaining(found));
    }),
    { numRuns: 300 },
  );
});

function isObject(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !/^Ref$|^Fn::/.test(Object.keys(value)[0] ?? '')
  );
}

test('what the L2s of the CDK write is found by both', () => {
  const template = l2Template();
  const found = brokenIn(reportOn(guard, template));
  expect(found.map((name) => name.split(' ')[0])).toEqual([
    'AC_WORKLOAD_IDENTITY_GRANT_NAMED',
    'BEDROCKAGENTCORE_GATEWAY_ENCRYPTION_ENABLED',
    'BEDROCKAGENTCORE_RUNTIME_PRIVATE_NETWORK_REQUIRED',
  ]);
  expect(brokenIn(reportOn(plugin, template))).toEqual(expect.arrayContaining(found));
});

function l2Template(): { Resources: Resources } {
  const app = new App();
  const stack = new Stack(app, 'Agents');
  const image = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/agents/claude:1.4.2';
  new agentcore.Runtime(stack, 'Agent', {
    agentRuntimeArtifact: agentcore.AgentRuntimeArtifact.fromImageUri(image),
  });
  new agentcore.Gateway(stack, 'Tools', { authorizerConfiguration: agentcore.GatewayAuthorizer.usingAwsIam() });
  return app.synth().getStackByName('Agents').template as { Resources: Resources };
}
