/* HTTP messages as far as they pass through the bridge. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** Bytes of one request of a CLI. */
export const LARGEST_REQUEST = 10 * 1024 * 1024;
/** of a CLI only these go on: no credentials, no cookies */
export const PASSED_ON = ['accept', 'content-type', 'mcp-session-id', 'mcp-protocol-version', 'last-event-id'];
export const PASSED_BACK = ['content-type', 'cache-control', 'mcp-session-id', 'mcp-protocol-version'];
const LONGEST_PAUSE_MS = 10_000;

/** The headers of these names. */
export function chosen(headers: IncomingHttpHeaders, names: readonly string[]): Record<string, string> {
  const pairs = names.map((name) => [name, headers[name]] as const);
  return Object.fromEntries(pairs.filter((pair): pair is [string, string] => typeof pair[1] === 'string'));
}

/** Undefined if there are too many. */
export async function bytesOf(request: IncomingMessage, largest: number): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += part.byteLength;
    if (size > largest) {
      return undefined;
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Undefined where the gateway does not say when to come again, or too late. */
export function pauseOf(answer: Pick<IncomingMessage, 'statusCode' | 'headers'>): number | undefined {
  const seconds = Number(answer.headers['retry-after'] ?? NaN);
  const isPause = (answer.statusCode === 429 || answer.statusCode === 503) && seconds * 1000 <= LONGEST_PAUSE_MS;
  return isPause && seconds >= 0 ? seconds * 1000 : undefined;
}
