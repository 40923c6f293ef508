import { createHash } from 'node:crypto';
import type { Resource } from '../template/resource';
import type { Value } from '../template/value';
import type { Entry } from './reader/facts';
import { entry, sorted } from './reader/facts';
import type { Reader } from './reader/reader';

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/** The tools that stand in the template: their names, or the operations of a description. */
export function toolsIn(configuration: Value, reader: Reader): string[] {
  const inline = [configuration.get('ToolSchema'), configuration.get('McpToolSchema'), configuration];
  return inline.flatMap((schema) => payload(schema.get('InlinePayload'), reader));
}

function payload(given: Value, reader: Reader): string[] {
  const { document } = given;
  if (given.absent) {
    return [];
  }
  if (document.parts !== undefined) {
    return [unread(document, reader)];
  }
  const operations = document
    .get('paths')
    .members.flatMap(([path, methods]) =>
      methods.members
        .filter(([method]) => METHODS.includes(method.toLowerCase()))
        .map(([method]) => `${method.toUpperCase()} ${path}`),
    );
  const tools = document.get('tools').absent ? document : document.get('tools');
  const names = tools.items.map((tool) => [tool.get('Name'), tool.get('name')].find(({ absent }) => !absent));
  const found = [...operations, ...names.flatMap((name) => (name === undefined ? [] : (reader.text(name) ?? [])))];
  return found.length > 0 ? found : [unread(given, reader)];
}

/** no tool of it can be named, but a change of it can be seen */
function unread(given: Value, reader: Reader): string {
  const text = reader.text(given) ?? '';
  return `what a description says that is no JSON of tools (${createHash('sha256').update(text).digest('hex').slice(0, 12)})`;
}

/** Where people consent that agents act for them. */
export function portalEntry(portal: Resource, reader: Reader): Entry {
  return entry({
    name: reader.nameOf(portal),
    kind: 'consent portal',
    role: reader.about(portal.get('ExecutionRoleArn')),
    signIn: reader.about(portal.get('IdpConfig', 'CredentialProviderArn')),
    scopes: sorted(reader.texts(portal.get('IdpConfig', 'Scopes'))),
    gateways: sorted(portal.get('Sources').items.flatMap((source) => reader.about(source.get('Identifier')) ?? [])),
  });
}

/** What a gateway does with some calls: where they go, and with what. */
export function ruleEntry(rule: Resource, reader: Reader): Entry {
  return entry({
    name: reader.nameOf(rule),
    kind: 'gateway rule',
    gateway: reader.about(rule.get('GatewayIdentifier')),
    priority: reader.text(rule.get('Priority')),
    when: reader.lines(rule.get('Conditions')),
    does: reader.lines(rule.get('Actions')),
  });
}

/** A name under which agents get tokens, and where a browser may be sent with a consent. */
export function identityOf(identity: Resource, reader: Reader): Entry {
  return entry({
    name: reader.nameOf(identity),
    kind: 'workload identity',
    returnUrls: sorted(reader.texts(identity.get('AllowedResourceOauth2ReturnUrls'))),
  });
}
