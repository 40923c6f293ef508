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
import { EITHER, ref } from './fixtures/resources';
import { reportOn } from './templates';

// the engine is the one of cfn-guard, bundled in the CDK
const FILE = join(__dirname, '..', '..', 'checks', 'agentcore.guard');
const content = readFileSync(FILE, 'utf8');
const guard = new CloudFormationValidatePlugin({
  guardRules: [{ name: 'agentcore.guard', content }],
  includeDefaultRules: false,
});
const plugin = new AgentCoreChecks();
const MACRO = { 'Fn::Transform': { Name: 'AWS::Include' } };

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
  const places = CASES.flatMap(({ resources }) =>
    Object.keys(resources).flatMap((id) =>
      pathsIn(resources[id].Properties, [id, 'Properties']).map((path) => ({ resources, path })),
    ),
  );
  const instead = fc.constantFrom<unknown>(
    undefined,
    ref('Parameter'),
    EITHER,
    'text',
    '{{resolve:ssm:/agents/claude/image}}',
    'Bearer {{resolve:secretsmanager:tools}}',
    'https://user:{{resolve:ssm:password}}@example.com',
    { 'Fn::FindInMap': ['Map', ref('Stage'), 'key'] },
    MACRO,
  );
  fc.assert(
    fc.property(fc.constantFrom(...places), instead, ({ resources, path }, value) => {
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
    Object.keys(resources).flatMap((id) =>
      [[id, 'Properties'], ...pathsIn(resources[id].Properties, [id, 'Properties'])].map((path) => ({
        resources,
        path,
      })),
    ),
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

/** to everything that is below, but not into functions */
function pathsIn(value: unknown, path: string[]): string[][] {
  return Object.entries(typeof value === 'object' && value !== null ? value : {}).flatMap(([key, below]) =>
    key.startsWith('Fn::') || key === 'Ref' ? [] : [[...path, key], ...pathsIn(below, [...path, key])],
  );
}

function withValue(resources: Resources, path: string[], value: unknown): Resources {
  const copy = structuredClone(resources);
  const last = path.at(-1)!;
  const parent = path.slice(0, -1).reduce<any>((below, key) => below[key], copy);
  if (value !== undefined) {
    parent[last] = value;
  } else if (Array.isArray(parent)) {
    parent.splice(Number(last), 1);
  } else {
    delete parent[last];
  }
  return copy;
}

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
