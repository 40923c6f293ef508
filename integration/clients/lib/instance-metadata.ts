import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { CREDENTIALS } from '../../../test/sigv4.ts';
import { LoopbackServer } from './loopback-server.ts';

const TOKEN = '/latest/api/token';
const ROLES = '/latest/meta-data/iam/security-credentials/';
const ROLE = 'execution-role';
const HOUR_MS = 3_600_000;

/** Stands in for the metadata service of a microVM, from which the role of its runtime comes; version 2 only, as there. */
export class InstanceMetadata extends LoopbackServer {
  /** how often the keys were given */
  public given = 0;
  private readonly token = randomUUID();

  public get environment(): Record<string, string> {
    return { AWS_EC2_METADATA_SERVICE_ENDPOINT: this.origin, AWS_EC2_METADATA_V1_DISABLED: 'true' };
  }

  protected override answer(request: IncomingMessage, response: ServerResponse): void {
    const { method, url = '', headers } = request;
    if (method === 'PUT' && url === TOKEN) {
      response.writeHead(200, { 'x-aws-ec2-metadata-token-ttl-seconds': '21600' }).end(this.token);
    } else if (headers['x-aws-ec2-metadata-token'] !== this.token) {
      response.writeHead(401).end();
    } else if (url === ROLES || `${url}/` === ROLES) {
      response.writeHead(200, { 'content-type': 'text/plain' }).end(ROLE);
    } else if (url === ROLES + ROLE) {
      this.given += 1;
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(keys()));
    } else {
      response.writeHead(404).end();
    }
  }
}

function keys(): object {
  return {
    Code: 'Success',
    Type: 'AWS-HMAC',
    LastUpdated: new Date().toISOString(),
    Expiration: new Date(Date.now() + 6 * HOUR_MS).toISOString(),
    AccessKeyId: CREDENTIALS.AWS_ACCESS_KEY_ID,
    SecretAccessKey: CREDENTIALS.AWS_SECRET_ACCESS_KEY,
    Token: CREDENTIALS.AWS_SESSION_TOKEN,
  };
}
