import type { OAuthClientProps } from '../oauth/client';
import type { SecretReference } from '../secret-reference';
import type { ListingMode } from '../../mixins/listing-mode';

/** How the caller's token becomes one for the service. */
export enum OnBehalfOfGrant {
  /** Token exchange, RFC 8693. */
  TOKEN_EXCHANGE = 'TOKEN_EXCHANGE',

  /** The caller's token as an authorization grant, RFC 7523. */
  JWT_BEARER = 'JWT_AUTHORIZATION_GRANT',
}

/** Whom the new token names as acting for the person, besides her. */
export enum ActorToken {
  /** Nobody. */
  NONE = 'NONE',

  /** The client itself: AgentCore first gets a token for it by client credentials. */
  M2M = 'M2M',

  /**
   * The role of the gateway, by a token of AWS: the account needs outbound identity federation
   * (`iam:EnableOutboundWebIdentityFederation`), and the authorization server must trust it.
   */
  AWS_IAM_ID_TOKEN_JWT = 'AWS_IAM_ID_TOKEN_JWT',
}

/**
 * A client of the authorization server that exchanges the caller's token for one of the service. Give `discoveryUrl` or
 * `authorizationServer`, and `clientSecret` or `privateKeyJwt`.
 */
export interface OnBehalfOfProps extends OAuthClientProps {
  /** What the new token may be used for: at least one scope, one in each entry. */
  readonly scopes: string[];

  /**
   * For whom the new token is meant: `audience` in the request. Okta needs it.
   *
   * @default - the authorization server decides
   */
  readonly audience?: string;

  /**
   * What kind of token the caller brings.
   *
   * @default - urn:ietf:params:oauth:token-type:jwt
   */
  readonly subjectTokenType?: string;

  /**
   * Whom the new token names as acting for the person.
   *
   * @default ActorToken.NONE
   */
  readonly actorToken?: ActorToken;

  /**
   * The scopes of the actor's own token; for `ActorToken.M2M`.
   *
   * @default - none is asked for
   */
  readonly actorTokenScopes?: string[];

  /**
   * How the caller's token becomes one for the service.
   *
   * @default OnBehalfOfGrant.TOKEN_EXCHANGE
   */
  readonly grant?: OnBehalfOfGrant;

  /**
   * When the gateway asks an MCP server for its tools, if they are not given as a fixed list. At deployment there is no
   * person, so `ListingMode.DEFAULT` works only where the authorization server gives this client tokens by client
   * credentials too; the target cannot be created otherwise. `DYNAMIC` always works, and rules out semantic search.
   *
   * AWS documents contradict each other on a fixed list together with token exchange: if the target is refused, leave
   * the list away.
   *
   * @default ListingMode.DYNAMIC
   */
  readonly listing?: ListingMode;
}

/** An application of Microsoft Entra ID that exchanges the caller's token. */
export interface MicrosoftOnBehalfOfProps {
  /** The id of the directory, or one of its domains. */
  readonly tenantId: string;

  /** The id of the application. */
  readonly clientId: string;

  /** Its client secret. */
  readonly clientSecret: SecretReference;

  /** What the new token may be used for, for example `api://jira-mcp/.default`. */
  readonly scopes: string[];

  /**
   * When the gateway asks an MCP server for its tools; see `OnBehalfOfProps.listing`.
   *
   * @default ListingMode.DYNAMIC
   */
  readonly listing?: ListingMode;
}
