import { Token } from 'aws-cdk-lib';
import { isIP } from 'node:net';
import { invalidValue } from './errors';

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-bedrockagentcore-gatewaytarget-oauthcredentialprovider.html */
const LONGEST_RETURN_URL = 2048;

/** What is wrong with an https URL that names a host on the internet, in words; undefined if nothing is. */
export function httpsFlaw(text: string, allowed: { privateHost?: boolean; query?: boolean } = {}): string | undefined {
  if (!URL.canParse(text)) {
    return 'is not a URL';
  }
  const url = new URL(text);
  if (url.protocol !== 'https:') {
    return 'must use https';
  }
  if (url.username !== '' || url.password !== '') {
    return 'must not hold a user name or password';
  }
  if (url.hash !== '' || (url.search !== '' && allowed.query !== true)) {
    return allowed.query === true ? 'must not have a fragment' : 'must not have a query or a fragment';
  }
  return isPrivate(url.hostname) && allowed.privateHost !== true
    ? 'must name a public host, not an address of a machine'
    : undefined;
}

/** Refuses a URL to which a code or a session id must not be sent. */
export function checkReturnUrl(url: string | undefined): void {
  if (url === undefined || Token.isUnresolved(url)) {
    return;
  }
  const flaw = httpsFlaw(url, { query: true }) ?? (url.length > LONGEST_RETURN_URL ? 'is too long' : undefined);
  if (flaw !== undefined) {
    throw invalidValue('InvalidReturnUrl', {
      what: `the return URL ${flaw}`,
      got: withoutUserInfo(url),
      allowed: `an https URL of at most ${LONGEST_RETURN_URL} characters`,
      fix: 'use a consent portal, or a page of yours that calls CompleteResourceTokenAuth',
    });
  }
}

/** what stands before the host may be a password: it must not be printed */
export function withoutUserInfo(url: string): string {
  return url.replace(/\/\/[^/]*@/, '//');
}

/** addresses of the machine itself, of a private network, or of a metadata service */
function isPrivate(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  return (
    isIP(host) !== 0 ||
    !host.includes('.') ||
    /(^|\.)(localhost|internal|local|home\.arpa|intranet|corp|lan)$/.test(host)
  );
}
