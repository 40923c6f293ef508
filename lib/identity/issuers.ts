import type { IConstruct } from 'constructs';
import { invalidValue, warn } from '../private/errors';
import type { JwtAuthProps } from './jwt-rules';

/*
 * Which claims identity providers put into access tokens. AgentCore compares `allowedClients` with `client_id` and
 * `allowedAudiences` with `aud`, and answers 401 to every call where a token has no such claim. A provider is recognized by
 * its discovery URL; one behind a domain of its own is not.
 */

interface Issuer {
  readonly title: string;
  readonly form: RegExp;
  /** the claim that names the client, where it is not `client_id` */
  readonly client?: string;
  /** access tokens name no audience */
  readonly withoutAudience?: boolean;
  /** access tokens cannot be checked by anybody but the provider */
  readonly opaque?: string;
}

const HOSTS = {
  entra: String.raw`login\.microsoftonline\.(com|us)|login\.partner\.microsoftonline\.cn`,
  okta: String.raw`[^/]+\.(okta|oktapreview|okta-emea|okta-gov)\.com|[^/]+\.okta\.mil`,
};

/** The first that fits. */
const ISSUERS: readonly Issuer[] = [
  {
    // https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
    title: 'Amazon Cognito',
    form: /^https:\/\/cognito-idp\./i,
    withoutAudience: true,
  },
  {
    // https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
    title: 'Microsoft Entra ID',
    form: new RegExp(
      String.raw`^https://((${HOSTS.entra})/[^/]+/v2\.0|[^/]+\.ciamlogin\.com/[^/]+/v2\.0|[^/]+\.b2clogin\.com/.+/v2\.0)/`,
      'i',
    ),
    client: 'azp',
  },
  {
    title: 'Microsoft Entra ID (tokens of version 1)',
    form: new RegExp(String.raw`^https://(${HOSTS.entra}|sts\.windows\.net|sts\.chinacloudapi\.cn)/`, 'i'),
    client: 'appid',
  },
  {
    // https://developer.okta.com/docs/concepts/auth-servers/
    title: 'Okta',
    form: new RegExp(String.raw`^https://(${HOSTS.okta})/\.well-known/`, 'i'),
    client: 'cid',
    opaque: "access tokens of the org authorization server are for Okta's own APIs only",
  },
  {
    // https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview/
    title: 'Okta',
    form: new RegExp(String.raw`^https://(${HOSTS.okta})/oauth2/`, 'i'),
    client: 'cid',
  },
  {
    // https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles: `client_id` in the RFC 9068 profile only
    title: 'Auth0',
    form: /^https:\/\/[^/]+\.auth0\.com\//i,
    client: 'azp',
  },
  {
    // https://developers.google.com/identity/protocols/oauth2: access tokens are not JWTs
    title: 'Google',
    form: /^https:\/\/accounts\.google\.com\//i,
    client: 'azp',
    opaque: 'access tokens are not JWTs, so only ID tokens could be checked',
  },
  {
    // https://www.keycloak.org/docs/latest/server_admin/
    title: 'Keycloak',
    form: /^https:\/\/[^/]+\/(auth\/)?realms\/[^/]+\//i,
    client: 'azp',
  },
];

const EVERY_TENANT = /^https:\/\/[^/]*\.microsoftonline\.[a-z]+\/(common|organizations|consumers)\//i;

/** Refuses a document that is not of one directory: its issuer is a placeholder, and any company could get tokens. */
export function checkTenantOf(discoveryUrl: string): void {
  const tenant = EVERY_TENANT.exec(discoveryUrl)?.[1];
  if (tenant !== undefined) {
    throw invalidValue('InvalidDiscoveryUrl', {
      what: `the discovery URL is that of '${tenant}', which stands for every directory of Microsoft Entra ID`,
      got: discoveryUrl,
      allowed: 'the discovery URL of one directory',
      fix: `write the id of your directory in place of '${tenant}'`,
    });
  }
}

/** Rules that no token of this provider passes, as far as the provider can be told by its discovery URL. */
export function warnAboutIssuer(scope: IConstruct, rules: JwtAuthProps): void {
  const issuer = ISSUERS.find(({ form }) => form.test(rules.discoveryUrl));
  if (issuer !== undefined) {
    warnAboutClient(scope, rules, issuer);
    warnAboutAudience(scope, rules, issuer);
    warnAboutOpaqueTokens(scope, rules, issuer);
  }
}

function warnAboutClient(scope: IConstruct, rules: JwtAuthProps, { title, client }: Issuer): void {
  const { allowedClients = [], claims = [] } = rules;
  if (client !== undefined && allowedClients.length > 0) {
    warn(scope, 'tokensWithoutClientId', {
      what: `allowedClients is compared with the claim 'client_id', which access tokens of ${title} do not have: every call would be answered 401`,
      got: allowedClients.join(', '),
      allowed: `allowedAudiences, and JwtClaim.stringEquals('${client}', ...) for one client`,
      fix: `remove allowedClients, and add claims: [JwtClaim.stringEquals('${client}', '${allowedClients[0]}')]; docs/identities.md has the recipe`,
    });
  }
  const other = claims.find(({ name }) => ['azp', 'appid', 'cid'].includes(name) && name !== client);
  if (client !== undefined && other !== undefined) {
    warn(scope, 'tokensWithoutClaim', {
      what: `access tokens of ${title} have no claim '${other.name}': every call would be answered 401`,
      got: rules.discoveryUrl,
      allowed: `the claim '${client}' for the client`,
      fix: `write JwtClaim.stringEquals('${client}', ...), or give the discovery URL of the version whose tokens your clients get`,
    });
  }
}

function warnAboutAudience(scope: IConstruct, rules: JwtAuthProps, { title, client, withoutAudience }: Issuer): void {
  const { allowedAudiences = [] } = rules;
  if (withoutAudience === true && allowedAudiences.length > 0) {
    warn(scope, 'tokensWithoutAudience', {
      what: `allowedAudiences is compared with the claim 'aud', which access tokens of ${title} have only where the client asks for a resource: other calls would be answered 401`,
      got: allowedAudiences.join(', '),
      allowed: 'allowedClients with the id of the app client',
      fix: 'move the ids of app clients from allowedAudiences to allowedClients; docs/identities.md has the recipe',
    });
  }
  // tokens of version 2 hold the bare id; those of version 1 hold what the client asked for
  const isV2 = client === 'azp' && title.startsWith('Microsoft');
  if (isV2 && allowedAudiences.length > 0 && allowedAudiences.every((audience) => audience.startsWith('api://'))) {
    warn(scope, 'entraAudience', {
      what: "the audience of a token of version 2 of Microsoft Entra ID is the id of the application, without 'api://'",
      got: allowedAudiences.join(', '),
      allowed: 'the id of the application',
      fix: `add '${allowedAudiences[0].replace(/^api:\/\//, '')}' to allowedAudiences`,
    });
  }
}

function warnAboutOpaqueTokens(scope: IConstruct, { discoveryUrl }: JwtAuthProps, { title, opaque }: Issuer): void {
  if (opaque !== undefined) {
    warn(scope, 'tokensNotForGateway', {
      what: `AgentCore cannot check access tokens of this issuer of ${title}: ${opaque}`,
      got: discoveryUrl,
      allowed: 'an issuer of access tokens that are JWTs with an audience of yours',
      fix:
        title === 'Okta'
          ? 'use a custom authorization server: https://<org>.okta.com/oauth2/<id>/.well-known/openid-configuration'
          : 'let a provider such as Amazon Cognito federate it, and give the discovery URL of that',
    });
  }
}
