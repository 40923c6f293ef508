import { Token } from 'aws-cdk-lib';
import { isIP } from 'node:net';
import { invalidValue } from './errors';

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-bedrockagentcore-gatewaytarget-oauthcredentialprovider.html */
const LONGEST_RETURN_URL = 2048;

/** The characters that RFC 3986 does not have; `URL` drops blanks and line breaks, and takes a backslash for a slash. */
const FOREIGN = /[\s<>"{}|\\^`\u0000-\u001f\u007f]/;

/** What is wrong with an https URL that names a host on the internet, in words; undefined if nothing is. */
export function httpsFlaw(text: string, allowed: { privateHost?: boolean; query?: boolean } = {}): string | undefined {
  if (typeof text !== 'string' || !/^[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(text) || !URL.canParse(text)) {
    return 'is not a URL';
  }
  const url = new URL(text);
  if (url.protocol !== 'https:') {
    return 'must use https';
  }
  if (url.username !== '' || url.password !== '') {
    return 'must not hold a user name or password';
  }
  if (FOREIGN.test(text)) {
    return 'must not have blanks, line breaks, backslashes or any of < > " { } | ^ `';
  }
  if (url.hash !== '' || (url.search !== '' && allowed.query !== true)) {
    return allowed.query === true ? 'must not have a fragment' : 'must not have a query or a fragment';
  }
  return hostFlaw(url.hostname, allowed.privateHost === true);
}

function hostFlaw(hostname: string, privateHost: boolean): string | undefined {
  if (hostname.includes('*')) {
    return 'must name one host, without a pattern';
  }
  if (isPrivate(hostname) && !privateHost) {
    return 'must name a public host, not an address of a machine';
  }
  return isOfMachine(hostname) ? 'must not lead to the machine that calls, or to its metadata service' : undefined;
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
export function withoutUserInfo(url: unknown): string {
  return String(url).replace(/\/\/[^/]*@/, '//');
}

/** A site as people write it: a host, or its address with `https://` and a slash at the end. */
interface Site {
  /** in lower case; undefined where `flaw` says what is wrong */
  readonly host?: string;
  readonly flaw?: string;
}

/** The host of a site that is given with or without `https://`, in any case of letters. */
export function siteOf(text: string): Site {
  if (typeof text !== 'string' || text.trim() === '') {
    return { flaw: 'is empty' };
  }
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  const flaw = httpsFlaw(address);
  if (flaw !== undefined) {
    return { flaw };
  }
  const url = new URL(address);
  if (url.pathname !== '/') {
    return { flaw: 'has a path' };
  }
  return url.port === '' ? { host: url.hostname } : { flaw: 'has a port' };
}

/** addresses of the machine itself, of a private network, or of a metadata service */
function isPrivate(hostname: string): boolean {
  const host = bare(hostname);
  return (
    isIP(host) !== 0 ||
    !host.includes('.') ||
    /(^|\.)(localhost|internal|local|home\.arpa|intranet|corp|lan)$/.test(host)
  );
}

/** The machine that calls, or its metadata service: no private endpoint leads there. */
function isOfMachine(hostname: string): boolean {
  const host = bare(hostname);
  return (
    /(^|\.)localhost$/.test(host) ||
    /^(0|127)\.|^169\.254\./.test(isIP(host) === 4 ? host : '') ||
    (isIP(host) === 6 && /^(::1?|fe[89ab].*|fd00:ec2::254|::ffff:(7f|a9fe|0).*)$/.test(host))
  );
}

function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}
