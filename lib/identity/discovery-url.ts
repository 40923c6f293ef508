import { Token } from 'aws-cdk-lib';
import { invalidValue } from '../private/errors';
import { httpsFlaw, withoutUserInfo } from '../private/https-url';

const SUFFIX = '/.well-known/openid-configuration';

/** Refuses a discovery URL that AgentCore would refuse, or that an attacker could have chosen. */
export function checkDiscoveryUrl(url: string, privateHost = false): void {
  if (Token.isUnresolved(url)) {
    return;
  }
  const flaw = httpsFlaw(url, { privateHost }) ?? formFlaw(url);
  if (flaw !== undefined) {
    throw invalidValue('InvalidDiscoveryUrl', {
      what: `the discovery URL ${flaw}`,
      got: withoutUserInfo(url),
      allowed: `https://<issuer>${SUFFIX}`,
      fix: `copy the issuer from your identity provider and append the suffix${suggestion(url)}${
        privateHost ? '' : '; one inside a VPC needs privateEndpoint'
      }`,
    });
  }
}

function formFlaw(url: string): string | undefined {
  if (!url.endsWith(SUFFIX)) {
    return `must end in ${SUFFIX}`;
  }
  // an issuer that ends in a slash, with the suffix after it
  return url.slice('https://'.length).includes('//') ? 'must not have two slashes in a row' : undefined;
}

/** Only for what is an issuer, or its document under another name or with a slash at the end. */
function suggestion(url: string): string {
  const issuer = String(url)
    .replace(/\/\.well-known(\/[a-z-]*)?\/?$/, '')
    .replace(/\/+$/, '');
  const suggested = issuer + SUFFIX;
  return httpsFlaw(suggested) === undefined && formFlaw(suggested) === undefined ? `: '${suggested}'` : '';
}
