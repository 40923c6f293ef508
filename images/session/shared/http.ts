/* Small requests by way of node:https: unlike `fetch` it follows no redirect, and takes a quarter of the memory. */
import * as http from 'node:http';
import * as https from 'node:https';

interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

/** Starts a request, for http and https alike. */
export function requestTo(url: string, options: https.RequestOptions): http.ClientRequest {
  return url.startsWith('https:') ? https.request(url, options) : http.request(url, options);
}

/** One request and its answer, of which no more than `largest` bytes are read. */
export async function send(request: HttpRequest, signal: AbortSignal, largest: number): Promise<Reply> {
  const { method, url, headers, body } = request;
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    requestTo(url, { method, headers: { ...headers, ...length }, signal })
      .on('response', resolve)
      .on('error', reject)
      .end(body);
  });
  const text = await textOf(response, largest);
  return { status: response.statusCode ?? 0, headers: response.headers, text };
}

/** The text of a message, cut off after so many bytes. */
export async function textOf(message: AsyncIterable<unknown>, largest: number): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  // leaving the loop early closes the connection
  for await (const part of message) {
    const bytes = part as Buffer;
    parts.push(bytes.subarray(0, largest - size));
    size += bytes.byteLength;
    if (size >= largest) {
      break;
    }
  }
  return Buffer.concat(parts).toString('utf8');
}
