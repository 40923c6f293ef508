/* What a gateway, or a proxy in front of it, compresses although it is asked not to. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream';
import type { Readable, Transform } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { GatewayFailure } from './failure';

/** The answer of a gateway, as far as it is used here. */
export type GatewayAnswer = Readable & { readonly statusCode?: number; readonly headers: IncomingHttpHeaders };

/** each event goes on when it has come, and not when the stream is full */
const AT_ONCE = { flush: constants.Z_SYNC_FLUSH };
const DECODERS: Readonly<Record<string, (() => Transform) | undefined>> = {
  gzip: () => createGunzip(AT_ONCE),
  'x-gzip': () => createGunzip(AT_ONCE),
  deflate: () => createInflate(AT_ONCE),
  br: () => createBrotliDecompress(),
};

/** The answer without its compression: it is looked into, and the header that names it does not go on. */
export function decoded(answer: IncomingMessage): GatewayAnswer {
  const coding = (answer.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (coding === 'identity' || isEmpty(answer)) {
    return answer;
  }
  const decoder = DECODERS[coding]?.();
  if (decoder === undefined) {
    answer.destroy();
    throw new GatewayFailure('GatewayUnavailable', {
      what: 'the gateway answers in a compression that nobody asked for',
      got: coding,
      allowed: Object.keys(DECODERS).join(', '),
      fix: 'look for a proxy before the gateway that compresses, and ignores accept-encoding: identity',
    });
  }
  const { statusCode, headers } = answer;
  // an end of one of them is one of both; who reads the answer sees the error
  return Object.assign(
    pipeline(answer, decoder, () => undefined),
    { statusCode, headers },
  );
}

/** nothing is no end of a compression */
function isEmpty({ statusCode = 0, headers }: IncomingMessage): boolean {
  return [202, 204].includes(statusCode) || headers['content-length'] === '0';
}
