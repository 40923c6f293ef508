import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type { IConstruct } from 'constructs';
import { invalid } from '../private/errors';
import { checkJwtRules, warnAboutRules } from './jwt-rules';
import type { JwtAuthProps } from './jwt-rules';
import { checkArguments } from '../private/kinds';

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
   * cannot be told apart: AWS documents that a shell opens with a token too. Let in only people who may have one, or deny
   * commands and shells with a resource policy (`agentcore.CfnResourcePolicy`): docs/identities.md shows one.
   *
   * Errors: a URL that is not an https discovery document; a set of rules that would admit every token of the issuer,
   * for example one that it gave to an unrelated application.
   *
   * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-oauth.html
   */
  public static jwt(props: JwtAuthProps): InboundAuth {
    checkArguments('InboundAuth.jwt', { props: ['JwtAuthProps', props] });
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
    warnAboutRules(scope, this._rules);
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
    warnAboutRules(scope, this._rules);
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
