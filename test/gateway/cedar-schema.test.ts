import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import * as fc from 'fast-check';
import type { PolicyTarget } from '../../lib/gateway/policy/cedar-context';
import { cedarSchema } from '../../lib/gateway/policy/cedar-schema';
import type { JsonSchema } from '../../lib/gateway/targets/tool-schema';
import { ToolPolicy } from '../../lib/gateway/policy/tool-policy';
import { contextOf, findingsOf } from './cedar-engine';

test('each JSON type has its Cedar type, and what is not required is optional', () => {
  const properties = {
    text: { type: 'string' },
    whole: { type: 'integer' },
    real: { type: 'number' },
    yes: { type: 'boolean' },
    list: { type: 'array', items: { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] } },
    nested: { type: 'object', properties: { 'odd "name"': { type: 'string' } } },
    empty: { type: 'object' },
    implied: { properties: { a: { type: 'string' } } },
    untyped: {},
    untypedList: { type: 'array' },
    constructor: { type: 'constructor' },
  };
  const inputSchema = { type: 'object', properties, required: ['text', 'list'] } as unknown as JsonSchema;
  const schema = cedarSchema([
    { targetName: 'gh', readOnly: false, dynamic: false, tools: [{ name: 'get', readOnly: true, inputSchema }] },
    { targetName: 'far-away', readOnly: true, dynamic: true },
  ]);
  expect(schema).toBe(`namespace AgentCore {
  entity Gateway;
  entity IamEntity = { "id": String };
  entity OAuthUser = { "id": String } tags String;
  action "Mcp";
  action "CallTool" in ["Mcp"];
  action "gh" in ["CallTool"];
  action "gh___get" in ["gh"] appliesTo {
    principal: [IamEntity, OAuthUser],
    resource: [Gateway],
    context: { "input": { "text": String, "whole"?: Long, "real"?: decimal, "yes"?: Bool, "list": Set<{ "a": Long }>, "nested"?: { "odd \\"name\\""?: String }, "empty"?: {}, "implied"?: { "a"?: String } }, "system": { "now": datetime } }
  };
  action "far-away" in ["CallTool"] appliesTo {
    principal: [IamEntity, OAuthUser],
    resource: [Gateway],
    context: { "input": {}, "system": { "now": datetime } }
  };
}
`);
  expect(cedar.checkParseSchema(schema)).toEqual({ type: 'success' });
});

test('the engine of these tests refuses a schema that is none', () => {
  expect(cedar.checkParseSchema('namespace AgentCore { action }').type).toBe('failure');
});

const key = fc.oneof(
  fc.constantFrom('owner', 'repo', '__proto__', 'constructor', 'in', 'has', 'a"b', 'a\\', '\n', '\u{1F600}', ''),
  fc.string({ unit: 'binary', maxLength: 6 }),
);

const { schema: anySchema } = fc.letrec<{ schema: JsonSchema }>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<JsonSchema>({ type: 'string' }, { type: 'integer' }, { type: 'number' }, { type: 'boolean' }, {}),
    fc.record({ type: fc.constant('array'), items: tie('schema') }),
    objectOf(tie('schema')),
  ),
}));

function objectOf(inner: fc.Arbitrary<JsonSchema>): fc.Arbitrary<JsonSchema> {
  return fc
    .dictionary(key, inner, { maxKeys: 4, noNullPrototype: true })
    .chain((properties) =>
      fc.subarray(Object.keys(properties)).map((required) => ({ type: 'object', properties, required })),
    );
}

const repository = { owner: { type: 'string' }, repo: { type: 'string' } };

const anyTarget = (targetName: string): fc.Arbitrary<PolicyTarget> =>
  fc.record({
    targetName: fc.constant(targetName),
    readOnly: fc.boolean(),
    dynamic: fc.boolean(),
    tools: fc.option(
      fc.uniqueArray(
        fc.record({
          name: fc.stringMatching(/^[A-Za-z0-9_.-]{1,12}$/),
          readOnly: fc.boolean(),
          inputSchema: fc
            .tuple(objectOf(anySchema), fc.boolean())
            .map(([schema, named]) =>
              named ? { ...schema, properties: { ...schema.properties, ...repository } } : schema,
            ),
        }),
        { minLength: 1, maxLength: 4, selector: ({ name }) => name },
      ),
      { nil: undefined },
    ),
  });

const anyTargets = fc.tuple(anyTarget('one'), anyTarget('two'), anyTarget('3-three'));

test('any tools make a schema, and every starter that has no problem with them passes the strict validator', () => {
  const starters = [
    ToolPolicy.permitAll(),
    ToolPolicy.permitTargets(['one', '3-three']),
    ToolPolicy.permitCallers('groups', ['coders'], { targets: ['two'] }),
    ToolPolicy.readOnly(),
    ToolPolicy.repositories(['acme/web', 'tools/*']),
    ToolPolicy.repositories(['acme/web'], { targets: ['one'], requireRepository: true }),
    ToolPolicy.writesRequire('scope', ['tools:write']),
  ];
  let checked = 0;
  fc.assert(
    fc.property(anyTargets, (targets) => {
      const schema = cedarSchema(targets);
      expect(cedar.checkParseSchema(schema)).toEqual({ type: 'success' });
      const context = contextOf(targets);
      const sound = starters.filter(({ _spec }) => _spec.problems(context).length === 0);
      checked += sound.length;
      expect(
        findingsOf(
          sound.map((policy) => policy._statement(context)),
          schema,
        ),
      ).toEqual([]);
    }),
    { numRuns: 150 },
  );
  expect(checked).toBeGreaterThan(600);
});
