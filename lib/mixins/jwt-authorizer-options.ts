import { Mixin } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type { IConstruct } from 'constructs';
import type { PrivateEndpoint } from '../network/private-endpoint';
import { cloudFormationCase } from './cloudformation-case';

/** What the authorizers of the L2 cannot say about tokens. */
export interface JwtAuthorizerOptionsProps {
  /**
   * The way to an issuer that is not on the internet.
   *
   * @default - the issuer is reached over the internet
   */
  readonly privateEndpoint?: PrivateEndpoint;

  /**
   * What clients of a gateway are told to ask for, by the scope that the token carries. Runtimes know no such thing.
   *
   * @default - clients are told to ask for the allowed scopes
   */
  readonly advertisedScopes?: { [allowedScope: string]: string };
}

/**
 * Completes the JWT authorizer of a gateway or a runtime, for which the L2 has no properties.
 *
 * Works on the L2 `Gateway` and `Runtime` and on their L1.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-inbound-auth.html
 */
export class JwtAuthorizerOptions extends Mixin {
  public constructor(private readonly props: JwtAuthorizerOptionsProps) {
    super();
  }

  /** True for the L1 of a gateway or runtime; `with()` on an L2 finds it there. */
  public override supports(construct: IConstruct): boolean {
    return agentcore.CfnGateway.isCfnGateway(construct) || agentcore.CfnRuntime.isCfnRuntime(construct);
  }

  /** Sets what was given. */
  public applyTo(construct: IConstruct): void {
    const { privateEndpoint, advertisedScopes } = this.props;
    const cfn = construct as agentcore.CfnGateway | agentcore.CfnRuntime;
    const authorizer = 'AuthorizerConfiguration.CustomJWTAuthorizer';
    if (privateEndpoint !== undefined) {
      cfn.addPropertyOverride(`${authorizer}.PrivateEndpoint`, cloudFormationCase(privateEndpoint._render(cfn)));
    }
    if (advertisedScopes !== undefined && agentcore.CfnGateway.isCfnGateway(construct)) {
      // a scope may hold dots, which would be taken for a path
      cfn.addPropertyOverride(`${authorizer}.AdvertisedScopeMapping`, advertisedScopes);
    }
  }
}
