import { Token } from 'aws-cdk-lib';
import { invalidValue } from '../private/errors';
import { httpsFlaw, withoutUserInfo } from '../private/https-url';

const SUFFIX = '/.well-known/openid-configuration';

/** Refuses a discovery URL that AgentCore would refuse, or that an attacker could have chosen. */
export function checkDiscoveryUrl(url: string, privateHost = false): void {
  if (Token.isUnresolved(url)) {
    return;
  }
  const flaw = httpsFlaw(url, { privateHost }) ?? (url.endsWith(SUFFIX) ? undefined : `must end in ${SUFFIX}`);
  if (flaw !== undefined) {
    throw invalidValue('InvalidDiscoveryUrl', {
      what: `the discovery URL ${flaw}`,
      got: withoutUserInfo(url),
      allowed: `https://<issuer>${SUFFIX}`,
      fix: privateHost
        ? 'copy the issuer from your identity provider and append the suffix'
        : 'copy the issuer from your identity provider and append the suffix; one inside a VPC needs privateEndpoint',
    });
  }
}
