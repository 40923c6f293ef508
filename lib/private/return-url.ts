import { Token } from 'aws-cdk-lib';
import { invalidValue } from './errors';
import { httpsFlaw, withoutUserInfo } from './https-url';

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-bedrockagentcore-gatewaytarget-oauthcredentialprovider.html */
const LONGEST_URL = 2048;

/** Refuses a URL to which a code or a session id must not be sent. */
export function checkReturnUrl(url: string | undefined): void {
  if (url === undefined || Token.isUnresolved(url)) {
    return;
  }
  const flaw = httpsFlaw(url, { query: true }) ?? (url.length > LONGEST_URL ? 'is too long' : undefined);
  if (flaw !== undefined) {
    throw invalidValue('InvalidReturnUrl', {
      what: `the return URL ${flaw}`,
      got: withoutUserInfo(url),
      allowed: `an https URL of at most ${LONGEST_URL} characters`,
      fix: 'use a consent portal, or a page of yours that calls CompleteResourceTokenAuth',
    });
  }
}
