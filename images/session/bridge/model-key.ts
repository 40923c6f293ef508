import type { CredentialSource } from '../shared/aws';
import { endpointOf, signed } from '../shared/aws';
import { send } from '../shared/http';
import type { Reply } from '../shared/http';
import { isObject, parsed } from '../shared/json';
import { SessionError } from '../shared/problem';
import type { Problem } from '../shared/problem';

const SERVICE = 'bedrock-agentcore';
const TIMEOUT_MS = 10_000;
const LARGEST_ANSWER = 128 * 1024;

interface ModelKeyRequest {
  readonly credentialProvider: string;
  readonly workloadToken: string;
}

/** Reads a key from the Token Vault. Errors: `ModelKeyUnavailable`; no text holds the key or the token. */
export async function modelKey(
  { credentialProvider, workloadToken }: ModelKeyRequest,
  credentials: CredentialSource,
  region: string,
  environment: NodeJS.ProcessEnv,
): Promise<{ key: string }> {
  const request = {
    method: 'POST',
    url: `${endpointOf(SERVICE, region, environment)}/identities/api-key`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      resourceCredentialProviderName: credentialProvider,
      workloadIdentityToken: workloadToken,
    }),
  };
  const headers = await signed({ ...request, service: SERVICE, region }, await credentials.get());
  const reply = await send({ ...request, headers }, AbortSignal.timeout(TIMEOUT_MS), LARGEST_ANSWER).catch(() => {
    throw unavailable(credentialProvider, {
      what: 'the Token Vault cannot be reached',
      allowed: 'a network from which bedrock-agentcore is reached over port 443',
      fix: 'try again; in a VPC without internet, check its interface endpoint',
    });
  });
  const answer = parsed(reply.text);
  if (reply.status === 200 && isObject(answer) && typeof answer.apiKey === 'string' && answer.apiKey !== '') {
    return { key: answer.apiKey };
  }
  throw unavailable(credentialProvider, problemOf(reply));
}

function problemOf({ status, headers }: Reply): Problem {
  const type = String(headers['x-amzn-errortype'] ?? '').split(':')[0];
  if (status === 401 || type === 'UnauthorizedException') {
    return {
      what: 'the workload access token of the invocation is not accepted',
      allowed: 'the token that AgentCore sends with each invocation',
      fix: 'send a new invocation',
    };
  }
  if (status === 403) {
    return {
      what: 'the role of this session may not read the key of the model',
      allowed: 'bedrock-agentcore:GetResourceApiKey on the credential provider, and reading its secret',
      fix: 'give the agent its ModelRoute, which grants both',
    };
  }
  if (status === 404) {
    return {
      what: 'the credential provider of the model does not exist',
      allowed: 'a provider of this account and region',
      fix: 'deploy the stack that makes it',
    };
  }
  return { what: 'the Token Vault gave no key', allowed: 'an API key', fix: `try again; it answered status ${status}` };
}

function unavailable(credentialProvider: string, problem: Problem): SessionError {
  return new SessionError('ModelKeyUnavailable', { ...problem, got: credentialProvider });
}
