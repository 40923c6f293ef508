import * as fc from 'fast-check';
import { AgentCoreChecks } from '../../lib/checks/agent-core-checks';
import { FIXTURES } from './fixtures';
import type { Resources } from './fixtures/resources';
import { findings } from './templates';

const RULES = AgentCoreChecks.rules();
const CASES = Object.entries(FIXTURES).flatMap(([rule, { passes, fails }]) => [
  ...Object.entries(passes).map(([title, resources]) => ({ rule, title, resources, at: [] as string[] })),
  ...Object.entries(fails).map(([title, { resources, at }]) => ({ rule, title, resources, at })),
]);

test('every rule has a template that passes and one that fails', () => {
  expect(Object.keys(FIXTURES).sort()).toEqual(RULES.map(({ id }) => id).sort());
  const poor = Object.entries(FIXTURES).filter(
    ([, { passes, fails }]) => Object.keys(passes).length === 0 || Object.keys(fails).length === 0,
  );
  expect(poor).toEqual([]);
});

test.each(CASES)('$rule: $title', ({ rule, resources, at }) => {
  expect(findings(rule, { Resources: resources }).sort()).toEqual([...at].sort());
});

/** the template with something in place of what is found, or of the text that it is in */
function replaced(resources: Resources, at: string, by: unknown): Resources {
  const copy = structuredClone(resources);
  const [id, path] = at.split(' ');
  const keys = path.split('.');
  let [parent, last]: [any, string] = [copy[id], keys.shift()!];
  for (const key of keys) {
    const below = (parent[last] ??= {});
    if (typeof below === 'string') {
      break;
    }
    [parent, last] = [below, key];
  }
  parent[last] = by;
  return copy;
}

const FOUND = CASES.flatMap(({ rule, title, resources, at }) => at.map((place) => ({ rule, title, resources, place })));

// of a whole resource nothing is known then, and it may be anything
test.each(FOUND.filter(({ place }) => !place.endsWith(' Properties')))(
  '$rule: $title: nothing is found at $place when it is known only at deployment',
  ({ rule, resources, place }) => {
    for (const unknown of [{ Ref: 'Parameter' }, { 'Fn::If': ['A', 'b', 'c'] }, '{{resolve:ssm:/parameter}}']) {
      expect(findings(rule, { Resources: replaced(resources, place, unknown) })).not.toContain(place);
    }
  },
);

test('nonsense in a template is no reason to fail', () => {
  const junk = fc.constantFrom<unknown>(
    undefined,
    null,
    7,
    true,
    '',
    'text',
    [],
    [[]],
    {},
    { Ref: 7 },
    { 'Fn::Join': [] },
  );
  fc.assert(
    fc.property(fc.constantFrom(...FOUND), junk, ({ rule, resources, place }, value) => {
      expect(Array.isArray(findings(rule, { Resources: replaced(resources, place, value) }))).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('findings name what to do and where it is documented, and no value of the template', () => {
  for (const { title, text, fix, source, resourceTypes, id } of RULES) {
    expect([id, title.length < 120, text.endsWith('.'), fix.endsWith('.')]).toEqual([id, true, true, true]);
    expect(source).toMatch(/^https:\/\/docs\.aws\.amazon\.com\/.+\.html(#[a-z-]+)?$/);
    expect(resourceTypes).not.toEqual([]);
  }
});

test('ids are unique, and say whose rule it is', () => {
  const ids = RULES.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const ours = RULES.filter(({ securityHubControl }) => securityHubControl === undefined);
  expect(ours.filter(({ id }) => !/^AC_[A-Z0-9_]+$/.test(id))).toEqual([]);
});

test('the controls of Security Hub are all there, under the identifiers of AWS Config', () => {
  const controls = RULES.filter(({ securityHubControl }) => securityHubControl !== undefined);
  expect(controls.map(({ id, securityHubControl, severity }) => [securityHubControl, id, severity])).toEqual([
    ['BedrockAgentCore.1', 'BEDROCKAGENTCORE_RUNTIME_PRIVATE_NETWORK_REQUIRED', 'error'],
    ['BedrockAgentCore.2', 'BEDROCKAGENTCORE_GATEWAY_AUTHORIZER_ENABLED', 'error'],
    ['BedrockAgentCore.3', 'BEDROCK_AGENTCORE_MEMORY_ENCRYPTION_ENABLED', 'warning'],
    ['BedrockAgentCore.4', 'BEDROCKAGENTCORE_GATEWAY_ENCRYPTION_ENABLED', 'warning'],
    ['BedrockAgentCore.5', 'BEDROCKAGENTCORE_BROWSERCUSTOM_NETWORK_MODE_NOT_PUBLIC', 'error'],
    ['BedrockAgentCore.6', 'BEDROCKAGENTCORE_BROWSERCUSTOM_RECORDING_ENABLED', 'warning'],
    ['BedrockAgentCore.7', 'BEDROCKAGENTCORE_CODEINTERPRETER_NETWORKMODE_CHECK', 'error'],
  ]);
});
