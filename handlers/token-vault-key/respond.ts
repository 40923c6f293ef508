import { VAULT_ID } from '../../lib/contract/token-vault';
import type { Answer, CustomResourceEvent } from './event';

const TRIES = 3;
const PAUSE = 1_000;
// CloudFormation takes 4 KB in all
const LONGEST_REASON = 1_000;

/**
 * Tells CloudFormation how it went, at the URL that it gave.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
 */
export async function respond(event: CustomResourceEvent, { status, reason }: Answer): Promise<void> {
  console.log(JSON.stringify({ request: event.RequestType, status, reason }));
  const body = JSON.stringify({
    Status: status,
    Reason: reason?.slice(0, LONGEST_REASON),
    // one vault, one id: a new key is an update and never a replacement
    PhysicalResourceId: `token-vault/${VAULT_ID}`,
    StackId: event.StackId,
    RequestId: event.RequestId,
    LogicalResourceId: event.LogicalResourceId,
  });
  for (let left = TRIES - 1; ; left--) {
    try {
      await put(event.ResponseURL, body);
      return;
    } catch (error) {
      if (left === 0) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
}

async function put(url: string, body: string): Promise<void> {
  // bytes, since fetch names a content type for text and the signature of the URL allows none
  const { ok, status } = await fetch(url, {
    method: 'PUT',
    body: new TextEncoder().encode(body),
    // wherever it would lead, it is not CloudFormation's
    redirect: 'error',
    signal: AbortSignal.timeout(10_000),
  });
  if (!ok) {
    throw new Error(`CloudFormation did not take the answer: HTTP ${status}`);
  }
}
