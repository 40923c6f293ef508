import { createRequire } from 'node:module';
import type { SchemaSource } from '../../mixins/schema-source';
import { invalidValue } from '../../private/errors';

type Json = Record<string, unknown>;

/** The parts of an OpenAPI description that are known while the app is synthesized. */
interface KnownApi {
  /** the operation ids, which become the names of tools */
  readonly operations: string[];
  /** the absolute addresses of its servers */
  readonly servers: string[];
  /** features that AgentCore documents as unsupported, with their places */
  readonly doubts: string[];
  /** a part of a server's host that a caller could choose, with its server */
  readonly openHosts: string[];
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];
/** what MCP allows in the name of a tool */
const OPERATION_ID = /^[A-Za-z0-9_.-]+$/;
/** the APIs of models take no other names of arguments */
const ARGUMENT = /^[A-Za-z0-9_.-]{1,64}$/;
const SUPPORTED_CONTENT = [
  'application/json',
  'application/xml',
  'multipart/form-data',
  'application/x-www-form-urlencoded',
];
const UNSUPPORTED_STYLES = ['matrix', 'label', 'deepObject'];
const DEEPEST = 200;

/**
 * The description of an API, in JSON or YAML; undefined where the text is known only at deployment.
 *
 * Errors: unreadable text; a version that AgentCore does not support; no server or a relative one; no operation; an
 * operation without an id, or with one that another operation has or that is no name of a tool; a reference to another
 * file, or to a part that does not exist.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-schema-openapi.html
 */
export function apiOf(source: SchemaSource): KnownApi | undefined {
  const text = source._text();
  return text === undefined ? undefined : new Description(documentOf(text)).api();
}

/** Reads JSON, and YAML with the parser that is a part of aws-cdk-lib. */
function documentOf(text: string): Json {
  if (text.startsWith('\uFEFF')) {
    throw unreadable('it starts with a byte order mark', 'save it as UTF-8 without a byte order mark');
  }
  const document = /^\s*[{[]/.test(text) ? parsedJson(text) : parsedYaml(text);
  if (!isObject(document)) {
    throw unreadable(`it is ${kindOf(document)}`, 'give the description itself, not its name or address');
  }
  return document;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable((error as Error).message, 'check the file: it may be cut off, or have comments');
  }
}

function parsedYaml(text: string): unknown {
  try {
    // `parse` would print warnings, for example of tags that it does not know
    const document = yaml().parseDocument(text, { merge: true });
    if (document.errors.length > 0) {
      throw document.errors[0];
    }
    return document.toJSON();
  } catch (error) {
    throw unreadable((error as Error).message.split('\n')[0], 'check the file: it may be cut off, or name a key twice');
  }
}

interface YamlDocument {
  readonly errors: readonly Error[];
  toJSON(): unknown;
}

/** Only apps with a description in YAML load it. See docs/decisions/0014-openapi.md. */
function yaml(): { parseDocument(text: string, options: { merge: boolean }): YamlDocument } {
  return createRequire(require.resolve('aws-cdk-lib/package.json'))('yaml') as ReturnType<typeof yaml>;
}

/** One description while it is checked. */
class Description {
  private readonly operations = new Map<string, string>();
  private readonly servers: string[] = [];
  private readonly openHosts: string[] = [];
  private readonly doubts: string[] = [];
  private readonly seen = new Set<object>();

  public constructor(private readonly document: Json) {}

  public api(): KnownApi {
    this.checkVersion();
    this.readServers(this.document, 'the description', true);
    this.readPaths();
    this.walk(this.document, '#', 0);
    const { servers, doubts, openHosts } = this;
    return { operations: [...this.operations.keys()], servers, doubts, openHosts };
  }

  private checkVersion(): void {
    const { openapi, swagger } = this.document;
    if (typeof openapi === 'string' && /^3\.[01](\.\d+)?(-[\w.]+)?$/.test(openapi)) {
      return;
    }
    const given = swagger === undefined ? openapi : `swagger: ${print(swagger)}`;
    throw refused('is not in a version that AgentCore supports', {
      got: given === undefined ? 'no `openapi`' : print(given),
      allowed: `openapi: '3.0.x' or '3.1.x'`,
      fix:
        swagger === undefined
          ? `write the version as text, for example openapi: '3.0.3'`
          : 'convert it, for example with npx swagger2openapi swagger.json -o openapi.json',
    });
  }

  private readPaths(): void {
    const { paths } = this.document;
    if (!isObject(paths)) {
      throw refused('has no `paths`', { got: kindOf(paths), allowed: 'an object with a path at least', fix: HELP });
    }
    for (const [path, item] of Object.entries(paths)) {
      // extensions of the vendor may be anything
      if (!path.startsWith('x-')) {
        this.readPath(path, item);
      }
    }
    if (this.operations.size === 0) {
      throw refused('has no operation, so the target would have no tool', {
        got: `${Object.keys(paths).length} paths`,
        allowed: 'at least one operation, each of which becomes a tool',
        fix: HELP,
      });
    }
  }

  private readPath(path: string, given: unknown): void {
    const place = `path '${path}'`;
    if (!path.startsWith('/')) {
      throw refused(`has a ${place} that does not start with a slash`, { allowed: '/...', fix: 'write the slash' });
    }
    const item = this.resolved(given, place);
    this.readServers(item, place);
    this.checkParameters(item.parameters, place);
    for (const method of METHODS.filter((name) => name in item)) {
      this.readOperation(`${method.toUpperCase()} ${path}`, item[method]);
    }
  }

  private readOperation(name: string, given: unknown): void {
    const operation = objectAt(given, name);
    this.readServers(operation, name);
    this.checkParameters(operation.parameters, name);
    for (const key of ['requestBody', 'responses'] as const) {
      if (operation[key] !== undefined) {
        objectAt(operation[key], `${key} of ${name}`);
      }
    }
    const { operationId } = operation;
    if (typeof operationId !== 'string' || operationId.trim() === '') {
      throw refused(`has an operation without operationId: ${name}`, {
        got: operationId === undefined ? undefined : print(operationId),
        allowed: 'an operationId for each operation: it becomes the name of the tool',
        fix: 'add one, or remove the operation from the description',
      });
    }
    if (!OPERATION_ID.test(operationId)) {
      throw refused(`has an operationId that cannot be the name of a tool, at ${name}`, {
        got: operationId,
        allowed: 'letters, digits and _ . -, without blanks or slashes',
        fix: `write '${operationId.trim().replace(/[^A-Za-z0-9_.-]+/g, '_')}'`,
      });
    }
    const twin = this.operations.get(operationId);
    if (twin !== undefined) {
      throw refused(`has an operationId twice: at ${twin} and at ${name}`, {
        got: operationId,
        allowed: 'an operationId of its own for each operation',
        fix: 'rename one of them',
      });
    }
    this.operations.set(operationId, name);
  }

  private checkParameters(parameters: unknown, place: string): void {
    if (parameters === undefined) {
      return;
    }
    if (!Array.isArray(parameters)) {
      throw refused(`has parameters that are not a list, at ${place}`, {
        got: kindOf(parameters),
        allowed: 'a list of objects with name and in',
        fix: 'write each parameter as an entry of a list',
      });
    }
    parameters.forEach((given, index) => {
      const where = `parameter ${index + 1} of ${place}`;
      const { name, in: location, style } = this.resolved(given, where);
      if (
        typeof name !== 'string' ||
        name === '' ||
        !['query', 'path', 'header', 'cookie'].includes(String(location))
      ) {
        throw refused(`has a parameter without name or place: ${where}`, {
          got: `name ${print(name)}, in ${print(location)}`,
          allowed: 'a name, and in: query, path, header or cookie',
          fix: 'complete it; a body belongs into requestBody',
        });
      }
      if (!ARGUMENT.test(name)) {
        this.doubts.push(`the name '${name}' of ${where}`);
      }
      if (UNSUPPORTED_STYLES.includes(String(style))) {
        this.doubts.push(`style ${String(style)} of ${where}`);
      }
    });
  }

  /** a path and an operation may name servers of their own */
  private readServers(place: Json, name: string, required = false): void {
    const { servers } = place;
    if (servers === undefined && !required) {
      return;
    }
    if (!Array.isArray(servers) || servers.length === 0) {
      throw refused(`has no list of servers, so AgentCore does not know where the API is, at ${name}`, {
        got: Array.isArray(servers) ? 'an empty list' : kindOf(servers),
        allowed: `servers: [{ "url": "https://..." }]`,
        fix: 'add the address of the API',
      });
    }
    servers.forEach((server, index) => this.readServer(server, `server ${index + 1} of ${name}`));
  }

  private readServer(given: unknown, place: string): void {
    const { url, variables } = objectAt(given, place);
    if (typeof url !== 'string' || !/^[a-z{][^/]*:\/\//i.test(url)) {
      throw refused(`has a server without an absolute address: ${place}`, {
        got: print(url),
        allowed: 'https://<host>/<path>: AgentCore gets the text alone, so a relative address leads nowhere',
        fix: 'write the whole address of the API',
      });
    }
    const host = url.split('/').slice(0, 3).join('/');
    const filled = url.replace(/\{([^{}]*)\}/g, (_, name: string) => {
      const variable = isObject(variables) ? variables[name] : undefined;
      const value = isObject(variable) ? variable.default : undefined;
      if (!isObject(variable) || typeof value !== 'string') {
        throw refused(`has a server with a variable that has no default: ${place}`, {
          got: `{${name}} in ${url}`,
          allowed: `variables: { "${name}": { "default": "..." } } beside the url`,
          fix: 'write the value into the address',
        });
      }
      if (host.includes(`{${name}}`) && !Array.isArray(variable.enum)) {
        this.openHosts.push(`{${name}} in ${url}`);
      }
      return value;
    });
    this.servers.push(filled);
  }

  /** Everything else: references, and what AgentCore documents as unsupported. */
  private walk(value: unknown, place: string, depth: number): void {
    if (typeof value !== 'object' || value === null || this.seen.has(value)) {
      return;
    }
    this.seen.add(value);
    if (depth > DEEPEST) {
      throw refused(`is nested too deeply, at ${place}`, { allowed: `${DEEPEST} levels`, fix: 'use references' });
    }
    if (!Array.isArray(value)) {
      this.checkReference((value as Json).$ref, place);
      this.noteUnsupported(value as Json, place);
    }
    for (const [key, inner] of Object.entries(value)) {
      // examples and extensions may hold anything
      if (!['example', 'examples', 'default', 'enum', 'const'].includes(key) && !key.startsWith('x-')) {
        this.walk(inner, `${place}/${key.replace(/~/g, '~0').replace(/\//g, '~1')}`, depth + 1);
      }
    }
  }

  private noteUnsupported(value: Json, place: string): void {
    for (const key of ['oneOf', 'anyOf', 'allOf']) {
      if (Array.isArray(value[key])) {
        this.doubts.push(`${key} at ${place}`);
      }
    }
    if (place.endsWith('/content')) {
      const odd = Object.keys(value).filter(
        (type) => !SUPPORTED_CONTENT.includes(type.split(';')[0].trim().toLowerCase()),
      );
      this.doubts.push(...odd.map((type) => `content ${type} at ${place}`));
    }
  }

  /** a property may itself be called $ref: it is an object then */
  private checkReference(ref: unknown, place: string): void {
    if (typeof ref === 'string') {
      this.target(ref, place);
    }
  }

  private resolved(given: unknown, place: string): Json {
    let value = objectAt(given, place);
    for (let hops = 0; typeof value.$ref === 'string'; hops++) {
      if (hops > 20) {
        throw refused(`has a reference that leads to itself, at ${place}`, {
          got: value.$ref,
          allowed: 'a part',
          fix: HELP,
        });
      }
      value = objectAt(this.target(value.$ref, place), place);
    }
    return value;
  }

  private target(ref: string, place: string): unknown {
    if (!ref.startsWith('#')) {
      throw refused(`refers to another document, at ${place}`, {
        got: ref,
        allowed: 'references within the document (#/...): AgentCore gets this text alone',
        fix: 'bundle it into one file, for example with npx @redocly/cli bundle',
      });
    }
    const steps = ref === '#' ? [] : ref.slice(2).split('/').map(unescaped);
    const found = steps.reduce<unknown>(
      (value, step) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, step) ? (value as Json)[step] : undefined,
      this.document,
    );
    if (found === undefined) {
      throw refused(`refers to a part that does not exist, at ${place}`, {
        got: ref,
        allowed: 'a part of the document',
        fix: 'correct the reference, or add what it names',
      });
    }
    return found;
  }
}

const HELP = 'check the description with a linter for OpenAPI';

function unescaped(step: string): string {
  const text = step.replace(/~1/g, '/').replace(/~0/g, '~');
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function objectAt(value: unknown, place: string): Json {
  if (!isObject(value)) {
    throw refused(`has something else than an object at ${place}`, {
      got: kindOf(value),
      allowed: 'an object',
      fix: 'complete it, or remove it',
    });
  }
  return value;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) {
    return 'nothing';
  }
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function print(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : kindOf(value);
}

function unreadable(flaw: string, fix: string): Error {
  return invalidValue('OpenApiUnreadable', {
    what: 'the OpenAPI description cannot be read',
    got: flaw,
    allowed: 'JSON or YAML',
    fix,
  });
}

function refused(flaw: string, rest: { got?: string; allowed: string; fix: string }): Error {
  return invalidValue('InvalidOpenApi', { what: `the OpenAPI description ${flaw}`, ...rest });
}
