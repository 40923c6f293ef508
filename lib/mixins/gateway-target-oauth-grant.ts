import { Mixin, Stack } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type { IConstruct } from 'constructs';
import { invalid, invalidValue } from '../private/errors';
import { checkReturnUrl } from '../private/https-url';

const OAUTH: string = agentcore.CredentialProviderType.OAUTH;
const CREDENTIAL = 'CredentialProviderConfigurations.0.CredentialProvider.OauthCredentialProvider';

/** How a gateway gets a token from an authorization server. */
export enum OAuthGrantType {
  /** A person consents once; the gateway keeps her token and renews it. */
  AUTHORIZATION_CODE = 'AUTHORIZATION_CODE',

  /** The gateway gets a token of its own. */
  CLIENT_CREDENTIALS = 'CLIENT_CREDENTIALS',

  /** The gateway exchanges the token of its caller, by RFC 8693 or RFC 7523 as the credential provider says. */
  TOKEN_EXCHANGE = 'TOKEN_EXCHANGE',
}

/** What the L2 of an OAuth credential cannot say. */
export interface GatewayTargetOAuthGrantProps {
  /** How the gateway gets the token. */
  readonly grantType: OAuthGrantType;

  /**
   * Where the browser of a person goes after her consent: an https URL that finishes it, such as that of a consent
   * portal. Only for `AUTHORIZATION_CODE`, and needed there.
   *
   * @default - none: nobody is asked for consent
   */
  readonly defaultReturnUrl?: string;
}

/**
 * Sets the grant type of a gateway target with an OAuth credential, for which the L2 has no property: AgentCore takes
 * `CLIENT_CREDENTIALS` where none is set.
 *
 * Works on the L2 `GatewayTarget` and on `CfnGatewayTarget`. It replaces a grant type and a return URL that are set
 * already. Errors: a target without an OAuth credential; a consent without a return URL, or with one that is not https;
 * a return URL for another grant type.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-outbound-auth.html
 */
export class GatewayTargetOAuthGrant extends Mixin {
  public constructor(private readonly props: GatewayTargetOAuthGrantProps) {
    super();
    const { grantType, defaultReturnUrl } = props;
    const asksPerson = grantType === OAuthGrantType.AUTHORIZATION_CODE;
    if (asksPerson === (defaultReturnUrl === undefined)) {
      throw invalidValue('ReturnUrlMismatch', {
        what: asksPerson ? 'consent has no URL to return to' : 'defaultReturnUrl is for consent only',
        got: grantType,
        allowed: 'AUTHORIZATION_CODE with defaultReturnUrl, other grant types without',
        fix: asksPerson ? 'give the return URL of a consent portal, or your own' : 'remove defaultReturnUrl',
      });
    }
    checkReturnUrl(defaultReturnUrl);
  }

  /** True for the L1 target; `with()` on an L2 finds it there. */
  public override supports(construct: IConstruct): boolean {
    return agentcore.CfnGatewayTarget.isCfnGatewayTarget(construct);
  }

  /** Sets grant type and return URL. */
  public applyTo(construct: IConstruct): void {
    const target = construct as agentcore.CfnGatewayTarget;
    const type = credentialTypeOf(target);
    if (type !== undefined && type !== OAUTH) {
      throw invalid(target, 'TargetWithoutOAuth', {
        what: 'a grant type is for targets that the gateway calls with an OAuth token',
        got: type,
        allowed: 'a target with GatewayCredentialProvider.fromOauthIdentity(...) or fromOauthIdentityArn(...)',
        fix: 'remove the mixin, or give the target an OAuth credential',
      });
    }
    // the list is a lazy value, and its entries have no setters: only an override by path reaches into it
    target.addPropertyOverride(`${CREDENTIAL}.GrantType`, this.props.grantType);
    target.addPropertyOverride(`${CREDENTIAL}.DefaultReturnUrl`, this.props.defaultReturnUrl);
  }
}

/** 'none' without a credential, undefined where it is known only at deployment */
function credentialTypeOf(target: agentcore.CfnGatewayTarget): string | undefined {
  const list: unknown = Stack.of(target).resolve(target.credentialProviderConfigurations) ?? [];
  if (!Array.isArray(list)) {
    return undefined;
  }
  const [first] = list as { credentialProviderType?: unknown }[];
  const type = first === undefined ? 'none' : first.credentialProviderType;
  return typeof type === 'string' ? type : undefined;
}
