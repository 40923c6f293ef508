import type { UnscopedValidationError } from 'aws-cdk-lib';
import type * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type { SchemaSource } from '../../mixins/schema-source';
import { invalidValue } from '../../private/errors';

interface McpTool {
  readonly name?: unknown;
  readonly description?: unknown;
  readonly inputSchema?: unknown;
  readonly outputSchema?: unknown;
  readonly annotations?: { readonly readOnlyHint?: unknown };
}

/** JSON Schema as far as a tool's input is described by it. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Record<string, JsonSchema>;
  readonly required?: string[];
  readonly items?: JsonSchema;
}

/** A tool as known while the app is synthesized. */
export interface KnownTool {
  /** without the name of the target */
  readonly name: string;
  /** it changes nothing */
  readonly readOnly: boolean;
  readonly inputSchema: JsonSchema;
}

/**
 * The tools of an MCP server's answer to `tools/list`, undefined where the text is not known yet.
 *
 * Errors: no JSON, not an object with `tools`, a tool without name, description or input schema, a name twice.
 */
export function mcpToolsOf(source: SchemaSource): KnownTool[] | undefined {
  const text = source._text();
  if (text === undefined) {
    return undefined;
  }
  const document = parsed(text) as { tools?: unknown } | null;
  const tools = document !== null && typeof document === 'object' ? document.tools : undefined;
  if (!Array.isArray(tools) || tools.length === 0) {
    throw invalidValue('InvalidToolSchema', {
      what: 'the tool schema lists no tools',
      got: Array.isArray(document) ? 'a list' : typeof document,
      allowed: 'an object with `tools`: what the server answers to tools/list',
      fix: 'wrap a bare list: {"tools": [...]}',
    });
  }
  const known = tools.map((tool, index) => knownTool(tool as McpTool, index));
  requireUnique(known.map(({ name }) => name));
  return known;
}

/** The same for the tools of a function. */
export function functionToolsOf(tools: agentcore.ToolDefinition[], writeTools?: string[]): KnownTool[] {
  if (tools.length === 0) {
    throw refusal('of the function', 'there is none', 'at least one tool');
  }
  const known = tools.map(({ name, description, inputSchema }, index) =>
    knownTool({ name, description, inputSchema: plain(inputSchema) }, index),
  );
  requireUnique(known.map(({ name }) => name));
  return known.map((tool) => ({ ...tool, readOnly: writeTools !== undefined && !writeTools.includes(tool.name) }));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalidValue('ToolSchemaNotJson', {
      what: 'the tool schema is not JSON',
      got: (error as Error).message,
      allowed: 'JSON',
      fix: 'check the file: it may be cut off, or hold comments',
    });
  }
}

function knownTool(tool: McpTool, index: number): KnownTool {
  // a hole in the list is a tool without anything
  const { name, description, inputSchema, outputSchema, annotations } = asTool(tool);
  const title = typeof name === 'string' && name !== '' ? `'${name}'` : `number ${index + 1}`;
  if (typeof name !== 'string' || !/^[A-Za-z0-9_.-]{1,256}$/.test(name)) {
    throw refusal(title, 'its name is missing or not allowed', 'letters, digits, _ . -, at most 256');
  }
  if (typeof description !== 'string' || description.trim() === '') {
    throw refusal(title, 'it has no description', 'a sentence that tells a model when to use it');
  }
  if (typeof inputSchema !== 'object' || inputSchema === null || (inputSchema as JsonSchema).type !== 'object') {
    throw refusal(title, 'its inputSchema is missing or not of type object', 'a JSON Schema of type object');
  }
  for (const [prop, schema] of Object.entries({ inputSchema, outputSchema })) {
    const place = flawedPlaceIn(schema, prop, 0);
    if (place !== undefined) {
      throw refusal(title, place, 'a schema in which everything is written out, without $ref');
    }
  }
  return { name, readOnly: annotations?.readOnlyHint === true, inputSchema: inputSchema };
}

function asTool(tool: unknown): McpTool {
  return typeof tool === 'object' && tool !== null ? tool : {};
}

/** the keywords of which each entry is a schema under a name of the user's */
const NAMED_SCHEMAS = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'];
/** the keywords that hold values and no schemas */
const VALUES = ['default', 'enum', 'const', 'examples', 'required', 'description', 'title'];
const DEEPEST = 100;

/** Where a schema has a reference, which AgentCore does not resolve, or a property without a schema. */
function flawedPlaceIn(schema: unknown, place: string, depth: number): string | undefined {
  if (depth > DEEPEST) {
    return `${place.slice(0, 60)}... is nested more than ${DEEPEST} levels deep`;
  }
  if (typeof schema !== 'object' || schema === null) {
    return undefined;
  }
  if (typeof (schema as { $ref?: unknown }).$ref === 'string') {
    return `${place} has a $ref, which AgentCore does not resolve`;
  }
  for (const [key, value] of Object.entries(schema)) {
    const flaw = NAMED_SCHEMAS.includes(key)
      ? flawOfNamed(value, `${place}.${key}`, depth)
      : VALUES.includes(key)
        ? undefined
        : flawedPlaceIn(value, `${place}.${key}`, depth + 1);
    if (flaw !== undefined) {
      return flaw;
    }
  }
  return undefined;
}

function flawOfNamed(schemas: unknown, place: string, depth: number): string | undefined {
  if (schemas === undefined) {
    return undefined;
  }
  if (typeof schemas !== 'object' || schemas === null || Array.isArray(schemas)) {
    return `${place} is not an object`;
  }
  for (const [name, schema] of Object.entries(schemas)) {
    const isSchema = typeof schema === 'boolean' || (typeof schema === 'object' && schema !== null);
    const flaw = isSchema ? flawedPlaceIn(schema, `${place}.${name}`, depth + 1) : `${place}.${name} is not a schema`;
    if (flaw !== undefined) {
      return flaw;
    }
  }
  return undefined;
}

function requireUnique(names: string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw refusal(`'${twice}'`, 'it is listed twice', 'each tool once');
  }
}

function refusal(tool: string, flaw: string, allowed: string): UnscopedValidationError {
  return invalidValue('InvalidTool', { what: `tool ${tool}: ${flaw}`, allowed, fix: 'correct the tool schema' });
}

/** the types of the L2 are objects around their names */
function plain(schema: agentcore.SchemaDefinition | undefined): JsonSchema | undefined {
  return (
    schema && {
      type: schema.type.value,
      description: schema.description,
      required: schema.required,
      items: plain(schema.items),
      properties:
        schema.properties &&
        Object.fromEntries(
          Object.entries(schema.properties).map(([name, inner]) => [name, plain(inner) as JsonSchema]),
        ),
    }
  );
}
