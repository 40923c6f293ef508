import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import { checkDiscoveryUrl } from './discovery-url';
import type { JwtClaim } from './jwt-claim';
import { invalidValue } from '../private/errors';

/** Which tokens of an identity provider are let in. At least one of the lists must be given. */
export interface JwtAuthProps {
  /**
   * The OpenID Connect discovery document of the issuer: an https URL that ends in
   * `/.well-known/openid-configuration`.
   */
  readonly discoveryUrl: string;

  /**
   * Client ids of which the token must name one (`client_id`).
   *
   * @default - tokens of every client of the issuer, as far as the other lists allow
   */
  readonly allowedClients?: string[];

  /**
   * Audiences of which the token must name one (`aud`).
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
}

/**
 * Who may call: signed AWS requests or tokens of the company's identity provider.
 *
 * One value guards agents and, later, their gateway, so that both ask for the same token.
 */
export abstract class InboundAuth {
  /**
   * AWS principals that IAM allows, with signed requests: see the `grant...` methods.
   */
  public static iam(): InboundAuth {
    return new IamAuth();
  }

  /**
   * Bearers of a token of this OpenID Connect issuer. IAM grants have no effect then, so invoking, commands and shells
   * cannot be told apart: AWS documents that a shell opens with a token too. Let in only people who may have one.
   *
   * Errors: a URL that is not an https discovery document; a set of rules that would admit every token of the issuer,
   * for example one that it gave to an unrelated application.
   *
   * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-oauth.html
   */
  public static jwt(props: JwtAuthProps): InboundAuth {
    return new JwtAuth(props);
  }

  /** True when callers bring a token, false when they sign with AWS credentials. */
  public abstract readonly usesJwt: boolean;

  protected constructor() {}

  /** @internal */
  public abstract _forRuntime(): agentcore.RuntimeAuthorizerConfiguration;
}

class IamAuth extends InboundAuth {
  public readonly usesJwt = false;

  public constructor() {
    super();
  }

  /** @internal */
  public _forRuntime(): agentcore.RuntimeAuthorizerConfiguration {
    return agentcore.RuntimeAuthorizerConfiguration.usingIAM();
  }
}

class JwtAuth extends InboundAuth {
  public readonly usesJwt = true;

  public constructor(private readonly props: JwtAuthProps) {
    super();
    checkDiscoveryUrl(props.discoveryUrl);
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
  }

  /** @internal */
  public _forRuntime(): agentcore.RuntimeAuthorizerConfiguration {
    const { discoveryUrl, allowedClients, allowedAudiences, allowedScopes, claims } = this.props;
    return agentcore.RuntimeAuthorizerConfiguration.usingJWT(
      discoveryUrl,
      nonEmpty(allowedClients),
      nonEmpty(allowedAudiences),
      nonEmpty(allowedScopes),
      nonEmpty(claims?.map((claim) => claim._forRuntime())),
    );
  }
}

function nonEmpty<T>(list: T[] | undefined): T[] | undefined {
  return list?.length ? list : undefined;
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
