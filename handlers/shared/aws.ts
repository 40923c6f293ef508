/* The two calls to AWS that are needed. The clients of the SDK would make the functions ten times as large. */
import { AwsV4Signer } from 'aws4fetch';
import type { Deadline } from './deadline';
import { BrokerError, errorName } from './errors';
import type { Answer } from './http';
import type { Fields } from './json';
import { send } from './http';
import { objectOf } from './json';

type Service = 'kms' | 'secretsmanager';

/** the SDKs read the same variables */
const ENDPOINT_VARIABLES: Record<Service, string> = {
  kms: 'AWS_ENDPOINT_URL_KMS',
  secretsmanager: 'AWS_ENDPOINT_URL_SECRETS_MANAGER',
};
const TARGETS: Record<Service, string> = { kms: 'TrentService.Sign', secretsmanager: 'secretsmanager.GetSecretValue' };
const PAUSE_MS = 100;
const TRY_MS = 500;

/** Both calls change nothing, so they are tried twice. All that goes wrong is `SigningFailed`. */
export async function callAws(service: Service, arn: string, input: Fields, deadline: Deadline): Promise<Fields> {
  try {
    return objectOf((await twice(() => request(service, arn, input, deadline), deadline)).text);
  } catch (error) {
    if (error instanceof BrokerError && error.code === 'Timeout') {
      throw error;
    }
    throw new BrokerError('SigningFailed', {}, error instanceof BrokerError ? error.reason : undefined);
  }
}

async function twice(attempt: () => Promise<Answer>, deadline: Deadline): Promise<Answer> {
  const first = await attempt().catch((error: unknown) => {
    if (error instanceof BrokerError && error.code === 'GitHubUnavailable') {
      return error;
    }
    throw error;
  });
  if (!(first instanceof Error) && !isPassing(first)) {
    return checked(first);
  }
  if (await deadline.waited(PAUSE_MS, TRY_MS)) {
    return checked(await attempt());
  }
  if (first instanceof Error) {
    throw first;
  }
  return checked(first);
}

function isPassing(answer: Answer): boolean {
  return answer.status >= 500 || (answer.status >= 400 && typeOf(answer)?.includes('Throttl') === true);
}

function checked(answer: Answer): Answer {
  if (answer.status !== 200) {
    throw new BrokerError('SigningFailed', {}, typeOf(answer));
  }
  return answer;
}

/** `AccessDeniedException` and the like, which tells the operator what to mend */
function typeOf(answer: Answer): string | undefined {
  try {
    const type = objectOf(answer.text)['__type'];
    return errorName(typeof type === 'string' ? type.split('#').at(-1) : undefined);
  } catch {
    return undefined;
  }
}

async function request(service: Service, arn: string, input: Fields, deadline: Deadline): Promise<Answer> {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  const [, partition, , region] = arn.split(':');
  const domain = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  const body = JSON.stringify(input);
  const signed = await new AwsV4Signer({
    method: 'POST',
    url: process.env[ENDPOINT_VARIABLES[service]] ?? `https://${service}.${region}.${domain}/`,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': TARGETS[service] },
    body,
    service,
    region,
    accessKeyId: AWS_ACCESS_KEY_ID ?? '',
    secretAccessKey: AWS_SECRET_ACCESS_KEY ?? '',
    sessionToken: AWS_SESSION_TOKEN,
  }).sign();
  const headers = Object.fromEntries(signed.headers.entries());
  return send({ method: 'POST', url: signed.url.toString(), headers, body }, deadline);
}
