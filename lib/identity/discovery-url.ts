import { isIP } from 'node:net';
import { Token } from 'aws-cdk-lib';
import { invalidValue } from '../private/errors';

const SUFFIX = '/.well-known/openid-configuration';

/** Refuses a discovery URL that AgentCore would refuse, or that an attacker could have chosen. */
export function checkDiscoveryUrl(url: string): void {
  if (Token.isUnresolved(url)) {
    return;
  }
  const flaw = flawOf(url);
  if (flaw !== undefined) {
    throw invalidValue('InvalidDiscoveryUrl', {
      what: `the discovery URL ${flaw}`,
      got: withoutUserInfo(url),
      allowed: `https://<issuer>${SUFFIX}`,
      fix: 'copy the issuer from your identity provider and append the suffix',
    });
  }
}

function flawOf(text: string): string | undefined {
  if (!URL.canParse(text)) {
    return 'is not a URL';
  }
  const url = new URL(text);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (url.protocol !== 'https:') {
    return 'must use https';
  }
  if (url.username !== '' || url.password !== '') {
    return 'must not hold a user name or password';
  }
  if (url.hash !== '' || url.search !== '') {
    return 'must not have a query or a fragment';
  }
  if (isIP(host) !== 0 || host === 'localhost' || host.endsWith('.localhost')) {
    return 'must name a public host, not an address of a machine';
  }
  return url.pathname.endsWith(SUFFIX) ? undefined : `must end in ${SUFFIX}`;
}

/** what stands before the host may be a password: it must not be printed */
function withoutUserInfo(url: string): string {
  return url.replace(/\/\/[^/]*@/, '//');
}
