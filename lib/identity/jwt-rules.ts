import type { IConstruct } from 'constructs';
import type { PrivateEndpoint } from '../network/private-endpoint';
import { invalidValue, warn } from '../private/errors';
import { checkDiscoveryUrl } from './discovery-url';
import { checkTenantOf, warnAboutIssuer } from './issuers';
import type { JwtClaim } from './jwt-claim';

const MOST_ADVERTISED = 50;

/** Refuses rules that admit every token of an issuer, and those that AgentCore does not take. */
export function checkJwtRules(props: JwtAuthProps): void {
  checkDiscoveryUrl(props.discoveryUrl, props.privateEndpoint !== undefined);
  checkTenantOf(props.discoveryUrl);
  const { allowedClients = [], allowedAudiences = [], allowedScopes = [], claims = [] } = props;
  if (allowedClients.length + allowedAudiences.length + allowedScopes.length + claims.length === 0) {
    throw invalidValue('JwtAdmitsWholeIssuer', {
      what: 'this would accept every token of the issuer, also those it gave to other applications',
      got: props.discoveryUrl,
      allowed: 'at least one of allowedClients, allowedAudiences, allowedScopes, claims',
      fix: 'add allowedClients with the client id of your application',
    });
  }
  checkNoBlank('allowedClients', allowedClients);
  checkNoBlank('allowedAudiences', allowedAudiences);
  checkNoBlank('allowedScopes', allowedScopes);
  checkAdvertised(props.advertisedScopes ?? {}, allowedScopes);
}

/** in every token of an issuer, whatever application it was given to */
const COMMON_SCOPES = ['openid', 'profile', 'email', 'offline_access'];
const COMMON_CLAIMS = ['iss', 'token_use'];

/** Warns of rules that let in too many callers, or none. */
export function warnAboutRules(scope: IConstruct, rules: JwtAuthProps): void {
  warnAboutOtherApplications(scope, rules);
  warnAboutIssuer(scope, rules);
}

/** Rules that ask for something which every application of the issuer has ask for nothing. */
function warnAboutOtherApplications(scope: IConstruct, { discoveryUrl, ...rules }: JwtAuthProps): void {
  const { allowedClients = [], allowedAudiences = [], allowedScopes = [], claims = [] } = rules;
  const own = [
    ...allowedClients,
    ...allowedAudiences,
    ...allowedScopes.filter((name) => !COMMON_SCOPES.includes(name)),
    ...claims.filter(({ name }) => !COMMON_CLAIMS.includes(name)),
  ];
  // any one of the scopes is enough to be let in
  const isOpen = own.length === 0 || (allowedScopes.length > 0 && onlyScopes(rules) && hasCommon(allowedScopes));
  if (isOpen) {
    warn(scope, 'tokensOfOtherApplications', {
      what: 'tokens that the issuer gave to other applications would be let in too',
      got: discoveryUrl,
      allowed: 'clients, an audience, or a scope or claim that only tokens for this have',
      fix: 'add allowedClients or allowedAudiences',
    });
  }
}

function onlyScopes({ allowedClients = [], allowedAudiences = [], claims = [] }: Partial<JwtAuthProps>): boolean {
  return allowedClients.length + allowedAudiences.length + claims.length === 0;
}

function hasCommon(scopes: string[]): boolean {
  return scopes.some((name) => COMMON_SCOPES.includes(name));
}

function checkNoBlank(prop: string, values: string[]): void {
  if (values.some((value) => value.trim() === '')) {
    throw invalidValue('BlankJwtRule', {
      what: `${prop} contains an empty value`,
      allowed: 'non-empty strings',
      fix: 'remove it, or check the setting that it was read from',
    });
  }
}

function checkAdvertised(advertised: Record<string, string>, allowedScopes: string[]): void {
  const unknown = Object.keys(advertised).filter((scope) => !allowedScopes.includes(scope));
  if (unknown.length > 0 || Object.keys(advertised).length > MOST_ADVERTISED) {
    throw invalidValue('InvalidAdvertisedScope', {
      what: 'advertisedScopes names a scope that is not allowed, or too many',
      got: unknown.join(', ') || Object.keys(advertised).length,
      allowed: `scopes out of allowedScopes, at most ${MOST_ADVERTISED}`,
      fix: 'add the scope to allowedScopes, as the token spells it, or remove it here',
    });
  }
}

/** Which tokens of an identity provider are let in. At least one of the lists must be given. */
export interface JwtAuthProps {
  /**
   * The OpenID Connect discovery document of the issuer: an https URL that ends in
   * `/.well-known/openid-configuration`.
   */
  readonly discoveryUrl: string;

  /**
   * Client ids of which the token must name one (`client_id`). Microsoft Entra ID, Okta, Auth0 and Keycloak name the client
   * in another claim: use `allowedAudiences` and a `JwtClaim` there. A warning says so where the issuer can be recognized.
   *
   * @default - tokens of every client of the issuer, as far as the other lists allow
   */
  readonly allowedClients?: string[];

  /**
   * Audiences of which the token must name one (`aud`). Access tokens of Amazon Cognito have none: use `allowedClients`
   * there.
   *
   * @default - tokens for every audience, as far as the other lists allow
   */
  readonly allowedAudiences?: string[];

  /**
   * Scopes of which the token must carry one (`scope`).
   *
   * @default - tokens of every scope, as far as the other lists allow
   */
  readonly allowedScopes?: string[];

  /**
   * Further claims, all of which must hold.
   *
   * @default - no further claim is looked at
   */
  readonly claims?: JwtClaim[];

  /**
   * The way to an issuer that is not on the internet.
   *
   * @default - the issuer is reached over the internet
   */
  readonly privateEndpoint?: PrivateEndpoint;

  /**
   * What a gateway tells its clients to ask for, by the scope that it then finds in the token, where the two differ: at
   * Entra ID a client asks for `api://<app>/tools`, and the token says `tools`. At most 50, all out of `allowedScopes`.
   * Agents do not advertise scopes.
   *
   * @default - clients are told to ask for `allowedScopes`
   */
  readonly advertisedScopes?: { [allowedScope: string]: string };
}
