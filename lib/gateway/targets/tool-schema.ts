import type { UnscopedValidationError } from 'aws-cdk-lib';
import type * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type { SchemaSource } from '../../mixins/schema-source';
import { invalidValue } from '../../private/errors';

interface McpTool {
  readonly name?: unknown;
  readonly description?: unknown;
  readonly inputSchema?: unknown;
  readonly annotations?: { readonly readOnlyHint?: unknown };
}

interface OpenApi {
  readonly paths?: Record<string, Record<string, { operationId?: unknown }>>;
  readonly servers?: unknown;
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

/** What of an OpenAPI description is known while the app is synthesized. */
interface KnownApi {
  /** the operation ids, which become the names of tools */
  readonly operations: string[];
  /** the absolute addresses of its servers */
  readonly servers: string[];
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

/** The parts of an OpenAPI description in JSON that can be checked; undefined if it is YAML or not known yet. */
export function apiOf(source: SchemaSource): KnownApi | undefined {
  const text = source._text();
  if (text?.trimStart().startsWith('{') !== true) {
    return undefined;
  }
  const { paths, servers } = parsed(text) as OpenApi;
  if (typeof paths !== 'object' || paths === null) {
    throw refusal('of the API', 'the description has no `paths`', 'an OpenAPI 3 description');
  }
  const operations = Object.values(paths)
    .flatMap((path) => Object.values(path))
    .map((operation) => operation?.operationId)
    .filter((id) => typeof id === 'string');
  const places = [{ servers }, ...Object.values(paths), ...Object.values(paths).flatMap((path) => Object.values(path))];
  const addresses = places.flatMap((place) => serversOf(place)).filter(isAbsolute);
  return { operations, servers: addresses };
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

function knownTool({ name, description, inputSchema, annotations }: McpTool, index: number): KnownTool {
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
  return { name, readOnly: annotations?.readOnlyHint === true, inputSchema: inputSchema };
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

/** a path and an operation may name servers of their own */
function serversOf(place: unknown): unknown[] {
  const servers = (place as { servers?: unknown } | null)?.servers;
  return Array.isArray(servers) ? servers.map((server: { url?: unknown } | null) => server?.url) : [];
}

/** neither a path nor a pattern with variables */
function isAbsolute(url: unknown): url is string {
  return typeof url === 'string' && /^[a-z]+:[^{}]*$/i.test(url);
}
