import { actionName, GROUPS } from './cedar-context';
import type { PolicyTarget } from './cedar-context';
import { cedarString, NAMESPACE } from './cedar-text';
import type { JsonSchema } from '../targets/tool-schema';

const SIMPLE: Record<string, string> = { string: 'String', integer: 'Long', number: 'decimal', boolean: 'Bool' };

/**
 * The Cedar schema that AgentCore makes of the targets, as text: policies are checked against it.
 *
 * Of a target whose tools are not known there is the group only. An input whose type the tool does not state is left
 * out.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/policy-schema-constraints.html
 */
export function cedarSchema(targets: PolicyTarget[]): string {
  return [
    `namespace ${NAMESPACE} {`,
    '  entity Gateway;',
    '  entity IamEntity = { "id": String };',
    '  entity OAuthUser = { "id": String } tags String;',
    `  action ${cedarString(GROUPS.root)};`,
    `  action ${cedarString(GROUPS.all)} in [${cedarString(GROUPS.root)}];`,
    ...targets.flatMap(targetActions),
    '}',
    '',
  ].join('\n');
}

function targetActions({ targetName, tools }: PolicyTarget): string[] {
  const group = `  action ${cedarString(targetName)} in [${cedarString(GROUPS.all)}]`;
  if (tools === undefined) {
    // a group that nothing belongs to would make every policy on it look pointless
    return [`${group}${appliesTo('{}')};`];
  }
  return [
    `${group};`,
    ...tools.map(
      ({ name, inputSchema }) =>
        `  action ${cedarString(actionName(targetName, name))} in [${cedarString(targetName)}]${appliesTo(record(inputSchema))};`,
    ),
  ];
}

function appliesTo(input: string): string {
  return (
    ' appliesTo {\n    principal: [IamEntity, OAuthUser],\n    resource: [Gateway],\n' +
    `    context: { "input": ${input}, "system": { "now": datetime } }\n  }`
  );
}

/** The type of a value, undefined where Cedar has none for it. */
function typeOf(schema: JsonSchema): string | undefined {
  if (schema.type === 'object' || (schema.type === undefined && schema.properties !== undefined)) {
    return record(schema);
  }
  if (schema.type === 'array') {
    const element = schema.items && typeOf(schema.items);
    return element && `Set<${element}>`;
  }
  // own properties only: a schema is free to say `constructor`
  return Object.entries(SIMPLE).find(([name]) => name === schema.type)?.[1];
}

function record({ properties = {}, required = [] }: JsonSchema): string {
  const attributes = Object.entries(properties).flatMap(([name, schema]) => {
    const type = typeOf(schema);
    return type === undefined ? [] : [`${cedarString(name)}${required.includes(name) ? '' : '?'}: ${type}`];
  });
  return attributes.length === 0 ? '{}' : `{ ${attributes.join(', ')} }`;
}
