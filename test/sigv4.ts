/* Signature Version 4, computed a second time from its description. */
import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'canary-aws-secret-access-key',
  AWS_SESSION_TOKEN: 'canary-aws-session-token',
};

/** Undefined if the request is signed rightly for this service and region. */
export function signatureFault(request: IncomingMessage, body: Buffer | string, service: string, region: string) {
  const header = request.headers.authorization ?? '';
  const match = /^AWS4-HMAC-SHA256 Credential=(\S+), SignedHeaders=(\S+), Signature=([0-9a-f]{64})$/.exec(header);
  const date = String(request.headers['x-amz-date']);
  if (match === null) {
    return 'no signature';
  }
  const [, credential, names, signature] = match;
  const scope = `${date.slice(0, 8)}/${region}/${service}/aws4_request`;
  if (credential !== `${CREDENTIALS.AWS_ACCESS_KEY_ID}/${scope}`) {
    return `signed for ${credential}, not for ${scope}`;
  }
  if (request.headers['x-amz-security-token'] !== CREDENTIALS.AWS_SESSION_TOKEN) {
    return 'no session token';
  }
  if (!['host', 'x-amz-date', 'x-amz-security-token'].every((name) => names.split(';').includes(name))) {
    return `signs only ${names}`;
  }
  const headers = names.split(';').map((name) => `${name}:${String(request.headers[name])}\n`);
  // every part of the path is encoded once more for the signature
  const path = (request.url ?? '/').split('/').map(encodeURIComponent).join('/');
  const canonical = [request.method, path, '', headers.join(''), names, sha256(body)].join('\n');
  const text = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n');
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${CREDENTIALS.AWS_SECRET_ACCESS_KEY}`);
  return hmac(key, text).toString('hex') === signature ? undefined : 'wrong signature';
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
