import { createHash } from 'node:crypto';
import type { Value } from '../template/value';
import type { Reader } from './reader/reader';

/** The tools that stand in the template: their names, or the operations of a description. */
export function toolsIn(configuration: Value, reader: Reader): string[] {
  const inline = [configuration.get('ToolSchema'), configuration.get('McpToolSchema'), configuration];
  return inline.flatMap((schema) => payload(schema.get('InlinePayload'), reader));
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

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
