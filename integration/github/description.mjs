/* One of GitHub's OpenAPI descriptions: which requests there are, what they may hold, and what is answered. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';

const FOLDER = path.join(
  path.dirname(createRequire(import.meta.url).resolve('@octokit/openapi/package.json')),
  'generated',
);
/** the others say the same with all references resolved */
const FILE = /^(?!.*\.deref\.json$).+\.json$/;
const DEEPEST = 12;

/** github.com, its enterprise cloud, and each supported enterprise server. */
export function descriptions() {
  return readdirSync(FOLDER)
    .filter((file) => FILE.test(file))
    .map(
      (file) => new Description(file.replace('.json', ''), JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8'))),
    );
}

class Description {
  constructor(name, document) {
    this.name = name;
    this.document = document;
    this.ajv = new Ajv({ strict: false, validateSchema: false, allErrors: true });
    formats.default(this.ajv);
    this.ajv.addFormat('repo.nwo', true);
    this.validators = new Map();
    this.routes = Object.entries(document.paths).flatMap(([template, item]) =>
      Object.entries(item).map(([method, operation]) => this.routeOf(template, method, operation)),
    );
  }

  routeOf(template, method, operation) {
    const parameters = (operation.parameters ?? []).map((one) => this.resolved(one));
    const manySegments = new Set(parameters.filter((one) => one['x-multi-segment']).map((one) => one.name));
    const parts = template.split(/(\{[^}]+\})/).map((part) => {
      const name = /^\{(.+)\}$/.exec(part)?.[1];
      return name === undefined ? part.replace(/[.+]/g, '\\$&') : manySegments.has(name) ? '(.*)' : '([^/]+)';
    });
    const names = [...template.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]);
    const key = `${method.toUpperCase()} ${template}`;
    const fixed = template.replace(/\{[^}]+\}/g, '').length;
    return { key, fixed, method, pattern: new RegExp(`^${parts.join('')}$`), names, parameters, operation };
  }

  /** The operation behind a route of the catalogue. */
  operation(route) {
    return this.routes.find((one) => one.key === route)?.operation;
  }

  /** Which of its routes a request goes to: the one that is fixed the most, as variables can hold slashes. */
  find(method, pathname) {
    return this.routes
      .filter((one) => one.method === method.toLowerCase() && one.pattern.test(pathname))
      .sort((a, b) => b.fixed - a.fixed)[0];
  }

  /** What is wrong with a request; nothing for a good one. */
  faults({ method, pathname, query, body }) {
    const route = this.find(method, pathname);
    if (route === undefined) {
      return [`${method} ${pathname}: no such request`];
    }
    const values = route.pattern.exec(pathname).slice(1).map(decodeURIComponent);
    const given = [
      ...route.names.map((name, index) => ['path', name, values[index]]),
      ...[...query].map(([name, value]) => ['query', name, value]),
    ];
    const faults = given.flatMap(([place, name, value]) => this.parameterFaults(route, place, name, value));
    const missing = route.parameters.filter((one) => one.required && !given.some(([, name]) => name === one.name));
    faults.push(...missing.map((one) => `${one.name} is missing`), ...this.bodyFaults(route, body));
    if (route.operation['x-github']?.enabledForGitHubApps !== true) {
      faults.push('not for GitHub Apps');
    }
    return faults.map((fault) => `${route.key}: ${fault}`);
  }

  parameterFaults(route, place, name, value) {
    const parameter = route.parameters.find((one) => one.in === place && one.name === name);
    if (parameter === undefined) {
      return [`no ${place} parameter ${name}`];
    }
    const schema = this.strict(parameter.schema);
    return this.schemaFaults(`${place} ${name}`, schema, typed(value, schema.type), `${route.key} ${place} ${name}`);
  }

  bodyFaults(route, body) {
    const requestBody = this.resolved(route.operation.requestBody ?? {});
    const schema = requestBody.content?.['application/json']?.schema;
    if (schema === undefined || body === undefined) {
      return body !== undefined ? ['takes no body'] : requestBody.required === true ? ['the body is missing'] : [];
    }
    return this.schemaFaults('body', this.strict(schema), body, `${route.key} body`);
  }

  schemaFaults(what, schema, value, key) {
    if (!this.validators.has(key)) {
      this.validators.set(key, this.ajv.compile(schema));
    }
    const validate = this.validators.get(key);
    return validate(value) ? [] : [`${what}: ${this.ajv.errorsText(validate.errors)}`];
  }

  resolved(value) {
    if (value?.$ref === undefined) {
      return value;
    }
    return this.resolved(
      value.$ref
        .slice(2)
        .split('/')
        .reduce((at, part) => at[part.replaceAll('~1', '/').replaceAll('~0', '~')], this.document),
    );
  }

  /** A schema on its own that allows no unknown field. */
  strict(schema, depth = 0) {
    const { nullable, example: _, ...rest } = this.resolved(schema);
    if (depth > DEEPEST) {
      return {};
    }
    const inner = (one) => this.strict(one, depth + 1);
    for (const list of ['oneOf', 'anyOf', 'allOf']) {
      if (rest[list] !== undefined) {
        rest[list] = rest[list].map(inner);
      }
    }
    if (rest.items !== undefined) {
      rest.items = inner(rest.items);
    }
    if (rest.properties !== undefined) {
      rest.properties = Object.fromEntries(Object.entries(rest.properties).map(([name, one]) => [name, inner(one)]));
      rest.additionalProperties ??= false;
    }
    return nullable === true && rest.type !== undefined ? { ...rest, type: [rest.type, 'null'] } : rest;
  }

  /** An answer out of its examples, whose name holds the hint if there is one. */
  example(method, pathname, accept, hint) {
    const { operation } = this.find(method, pathname);
    const [status, response] = Object.entries(operation.responses).find(([code]) => code.startsWith('2'));
    const content = this.resolved(response).content ?? {};
    const media = content[accept.replace('+json', '')] ?? content['application/json'];
    const examples = Object.entries(media?.examples ?? {});
    const [, chosen] = examples.find(([name]) => name.includes(hint)) ?? examples[0] ?? [];
    return { status: Number(status), value: this.resolved(chosen)?.value };
  }

  /** Whether the schema of an answer knows a path of fields, in one of its forms. */
  answers(route, fields) {
    const operation = this.operation(route);
    const response = Object.entries(operation.responses).find(([code]) => code.startsWith('2'))[1];
    return Object.values(this.resolved(response).content ?? {}).some(({ schema }) => this.knows(schema, fields));
  }

  knows(schema, fields) {
    const { items, properties, oneOf = [], anyOf = [], allOf = [] } = this.resolved(schema);
    if (fields.length === 0) {
      return true;
    }
    const [first, ...rest] = fields;
    return (
      (items !== undefined && this.knows(items, fields)) ||
      (properties?.[first] !== undefined && this.knows(properties[first], rest)) ||
      [...oneOf, ...anyOf, ...allOf].some((one) => this.knows(one, fields))
    );
  }
}

/** As texts in a URL are meant. */
function typed(value, type) {
  if (type === 'integer' || type === 'number') {
    return value === '' ? value : Number(value);
  }
  return type === 'boolean' ? { true: true, false: false }[value] : value;
}
