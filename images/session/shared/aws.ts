/* Signed requests to AWS. The clients of the SDK would take more memory than all the rest of a session. */
import { AwsV4Signer } from 'aws4fetch';
import { SessionError } from './problem';

/** What signs. Kept in memory only. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

interface AwsRequest {
  readonly method: string;
  readonly url: string;
  /** by lower-case names */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** the name in the signature, such as `bedrock-agentcore` */
  readonly service: string;
  readonly region: string;
}

/** temporary credentials are asked for anew this long before they end */
const EARLY_MS = 5 * 60_000;
/** and credentials that never end are looked up again after this time: an operator may have replaced them */
const LONGEST_KEPT_MS = 60 * 60_000;
/** after a refresh that failed, while the old ones are still good */
const PAUSE_MS = 30_000;

/** Where the credentials of this process come from, by the order of the SDKs. One refresh at a time. */
export class CredentialSource {
  private current?: AwsCredentials;
  private refreshAt = 0;
  private pending?: Promise<AwsCredentials>;

  constructor(private readonly load: () => Promise<AwsCredentials> = defaultCredentials()) {}

  /** Errors: `NoAwsCredentials`. */
  public async get(): Promise<AwsCredentials> {
    if (this.current !== undefined && Date.now() < this.refreshAt) {
      return this.current;
    }
    this.pending ??= this.refresh().finally(() => (this.pending = undefined));
    return this.pending;
  }

  private async refresh(): Promise<AwsCredentials> {
    try {
      this.current = await this.load();
      this.refreshAt = Math.min(endOf(this.current) - EARLY_MS, Date.now() + LONGEST_KEPT_MS);
      return this.current;
    } catch {
      if (this.current !== undefined && Date.now() < endOf(this.current)) {
        this.refreshAt = Date.now() + PAUSE_MS;
        return this.current;
      }
      throw new SessionError('NoAwsCredentials', {
        what: 'the microVM has no AWS credentials',
        got: 'none from any source',
        allowed: 'the role of the runtime, from the metadata service, or what the SDKs read',
        fix: 'check that the runtime has an execution role and may use MMDSv2',
      });
    }
  }
}

function endOf({ expiration }: AwsCredentials): number {
  return expiration?.getTime() ?? Number.POSITIVE_INFINITY;
}

/** The SDK's chain, loaded when it is first used: most of the memory and time of a small program would go into it. */
function defaultCredentials(): () => Promise<AwsCredentials> {
  let provider: (() => Promise<AwsCredentials>) | undefined;
  return async () => {
    provider ??= await defaultProvider();
    return provider();
  };
}

async function defaultProvider(): Promise<() => Promise<AwsCredentials>> {
  const sdk = await import('@aws-sdk/credential-provider-node');
  // it is CommonJS, of which the bundler knows no names where it leaves it aside
  return (
    'defaultProvider' in sdk ? sdk : (sdk as { default: Pick<typeof sdk, 'defaultProvider'> }).default
  ).defaultProvider();
}

/** keys that were derived from the secret key, one for each day, region and service */
const derivedKeys = new Map<string, ArrayBuffer>();
const MOST_DERIVED_KEYS = 64;

/** The headers of the request, with its signature (Signature Version 4). */
export async function signed(request: AwsRequest, credentials: AwsCredentials): Promise<Record<string, string>> {
  if (derivedKeys.size > MOST_DERIVED_KEYS) {
    derivedKeys.clear();
  }
  const { headers, body, ...rest } = request;
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const signer = new AwsV4Signer({
    ...rest,
    headers: { ...headers },
    body,
    accessKeyId,
    secretAccessKey,
    sessionToken,
    cache: derivedKeys,
  });
  const result = await signer.sign();
  const signedHeaders = Object.fromEntries(result.headers.entries());
  // the URL says it, and node writes it
  delete signedHeaders.host;
  return signedHeaders;
}

/** Where a service is; the SDKs read the same variables. */
export function endpointOf(service: string, region: string, environment: NodeJS.ProcessEnv): string {
  const set = environment[`AWS_ENDPOINT_URL_${service.replaceAll('-', '_').toUpperCase()}`];
  const host = HOSTS[service] ?? service;
  return (set ?? `https://${host}.${region}.${domainOf(region)}`).replace(/\/$/, '');
}

/** the names of SDKs and hosts differ */
const HOSTS: Readonly<Record<string, string>> = { 'cloudwatch-logs': 'logs', cloudwatch: 'monitoring' };

/** AWS China has a domain of its own; GovCloud has not. */
function domainOf(region: string): string {
  return region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
}

/** The region of this process, if any. */
export function regionOf(environment: NodeJS.ProcessEnv): string | undefined {
  return [environment.AWS_REGION, environment.AWS_DEFAULT_REGION].find(
    (region) => region !== undefined && region !== '',
  );
}
