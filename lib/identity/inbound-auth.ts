import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type { IConstruct } from 'constructs';
import type { JwtClaim } from './jwt-claim';
import { checkJwtRules, warnAboutOtherApplications } from './jwt-rules';
import type { PrivateEndpoint } from '../network/private-endpoint';
import { invalid } from '../private/errors';

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

/**
 * Who may call: signed AWS requests or tokens of the company's identity provider.
 *
 * One value guards agents and their gateway, so that both ask for the same token.
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

  /**
   * Anyone with AWS credentials, of any account, whose signature holds: IAM is not asked. Only for gateways, and only
   * with policies in force that say who may do what; `policies` is required then.
   *
   * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-inbound-auth.html
   */
  public static authenticateOnly(): InboundAuth {
    return new AuthenticateOnly();
  }

  /** True when callers bring a token, false when they sign with AWS credentials. */
  public abstract readonly usesJwt: boolean;

  /**
   * True where a signature is all that is asked for.
   * @internal
   */
  public readonly _authorizesNobody: boolean = false;

  /**
   * The rules for tokens, undefined without tokens.
   * @internal
   */
  public readonly _rules?: JwtAuthProps;

  protected constructor() {}

  /** @internal */
  public abstract _forRuntime(scope: IConstruct): agentcore.RuntimeAuthorizerConfiguration;

  /** @internal */
  public abstract _forGateway(scope: IConstruct): agentcore.IGatewayAuthorizerConfig;
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

  /** @internal */
  public _forGateway(): agentcore.IGatewayAuthorizerConfig {
    return agentcore.GatewayAuthorizer.usingAwsIam();
  }
}

class AuthenticateOnly extends InboundAuth {
  public readonly usesJwt = false;
  /** @internal */
  public override readonly _authorizesNobody = true;

  public constructor() {
    super();
  }

  /** @internal */
  public _forRuntime(scope: IConstruct): agentcore.RuntimeAuthorizerConfiguration {
    throw invalid(scope, 'AgentWithoutAuthorization', {
      what: 'an agent cannot admit everyone who has AWS credentials',
      got: 'InboundAuth.authenticateOnly()',
      allowed: 'InboundAuth.iam() or InboundAuth.jwt(...)',
      fix: 'leave inboundAuth away for IAM',
    });
  }

  /** @internal */
  public _forGateway(): agentcore.IGatewayAuthorizerConfig {
    // the L2 does not know this one yet
    const authorizerType = 'AUTHENTICATE_ONLY' as agentcore.GatewayAuthorizerType;
    return { authorizerType, _render: () => undefined };
  }
}

class JwtAuth extends InboundAuth {
  public readonly usesJwt = true;

  public constructor(
    /** @internal */
    public override readonly _rules: JwtAuthProps,
  ) {
    super();
    checkJwtRules(_rules);
  }

  /** @internal */
  public _forRuntime(scope: IConstruct): agentcore.RuntimeAuthorizerConfiguration {
    warnAboutOtherApplications(scope, this._rules);
    const { discoveryUrl, allowedClients, allowedAudiences, allowedScopes, claims } = this._rules;
    return agentcore.RuntimeAuthorizerConfiguration.usingJWT(
      discoveryUrl,
      nonEmpty(allowedClients),
      nonEmpty(allowedAudiences),
      nonEmpty(allowedScopes),
      nonEmpty(claims?.map((claim) => claim._forRuntime())),
    );
  }

  /** @internal */
  public _forGateway(scope: IConstruct): agentcore.IGatewayAuthorizerConfig {
    warnAboutOtherApplications(scope, this._rules);
    const { discoveryUrl, allowedClients, allowedAudiences, allowedScopes, claims } = this._rules;
    return agentcore.GatewayAuthorizer.usingCustomJwt({
      discoveryUrl,
      allowedClients: nonEmpty(allowedClients),
      allowedAudience: nonEmpty(allowedAudiences),
      allowedScopes: nonEmpty(allowedScopes),
      customClaims: nonEmpty(claims?.map((claim) => claim._forGateway())),
    });
  }
}

function nonEmpty<T>(list: T[] | undefined): T[] | undefined {
  return list?.length ? list : undefined;
}
