import type { Construct } from 'constructs';
import type { BoundIdentity, IdentityContext } from '../bound-identity';
import type { BotProps } from './bot';
import { bindBot } from './bot';
import type { ClientCredentialsProps } from './client-credentials';
import { bindClientCredentials, checkClientCredentials } from './client-credentials';
import { bindMicrosoft, bindOnBehalfOf, checkMicrosoft, checkOnBehalfOf } from './on-behalf-of';
import type { MicrosoftOnBehalfOfProps, OnBehalfOfProps } from './on-behalf-of-props';
import type { GatewayRoleOptions, NoIdentityOptions } from './simple';
import { bindBroker, bindGatewayRole, bindNone, checkGatewayRole, checkReason } from './simple';
import type { UserConsentProps } from './user-consent';
import { bindUserConsent, checkUserConsent } from './user-consent';
import type { IToolBroker } from '../tool-broker-ref';

/**
 * As whom a gateway calls a tool. The credential stays outside of the agent's reach: only the role of the gateway may
 * use it.
 *
 * | identity | the service sees | the caller needs |
 * | --- | --- | --- |
 * | `bot` | one account for everybody | nothing |
 * | `clientCredentials` | one OAuth client for everybody | nothing |
 * | `onBehalfOf` | the person, by an exchanged token | a token (`InboundAuth.jwt`) |
 * | `userConsent` | the person, by the account that she connected | a token, and one consent |
 * | `broker` | the broker's account, with a token for one call | nothing |
 * | `gatewayRole` | the role of the gateway | nothing |
 *
 * One value may serve several targets; each gets a credential provider of its own.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-outbound-auth.html
 */
export abstract class OutboundIdentity {
  /**
   * A service account: one key for every caller, kept in your secret and read by the role of the gateway.
   *
   * For MCP servers and OpenAPI targets. What the account may do, everybody who may call the tool may do.
   *
   * Errors: a secret of another region, or imported without its complete ARN; a Lambda or runtime target.
   */
  public static bot(props: BotProps): OutboundIdentity {
    return new Identity((scope, context) => bindBot(scope, context, props));
  }

  /**
   * An OAuth client: the gateway gets a token for itself, by the grant of machines (client credentials).
   *
   * For services behind an authorization server of yours, called by whoever calls the gateway: what the client may do,
   * everybody who may call the tool may do.
   *
   * Errors: a Lambda target; a runtime that takes signed requests; two or no addresses; both or neither of secret and key;
   * options without effect; a parameter that the request has already.
   *
   * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.4
   */
  public static clientCredentials(props: ClientCredentialsProps): OutboundIdentity {
    checkClientCredentials(props);
    return new Identity((scope, context) => bindClientCredentials(scope, context, props));
  }

  /**
   * The person who calls: her token is exchanged at an authorization server for one that the service takes.
   *
   * The server must trust the issuer of the caller's token and must give out tokens that the service accepts. GitHub and
   * Slack exchange no tokens: use an identity provider that keeps their tokens (a token vault), `userConsent` or a
   * `broker`.
   *
   * Without a fixed list of tools an MCP server is asked for them at each request: at deployment there is no person whose
   * token could be exchanged. Set `listing` where the server also gives client-credentials tokens.
   *
   * Errors: a gateway guarded by IAM; a Lambda target; a runtime that takes signed requests; two or no addresses; both or
   * neither of secret and key; options without effect.
   *
   * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/on-behalf-of-token-exchange.html
   */
  public static onBehalfOf(props: OnBehalfOfProps): OutboundIdentity {
    checkOnBehalfOf(props);
    return new Identity((scope, context) => bindOnBehalfOf(scope, context, props));
  }

  /**
   * The person who calls, by the on-behalf-of flow of Microsoft Entra ID: for services that take its tokens.
   *
   * Errors: as for `onBehalfOf`; a tenant that stands for everybody's.
   *
   * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
   */
  public static microsoft(props: MicrosoftOnBehalfOfProps): OutboundIdentity {
    checkMicrosoft(props);
    return new Identity((scope, context) => bindMicrosoft(scope, context, props));
  }

  /**
   * The person who calls, with an account that she connected once. AgentCore keeps and renews her token.
   *
   * Two steps: deploy, then register the callback URL of the target (an output) with the service. The target needs its
   * tools as a fixed list, so that a pipeline never waits for a person. The first call without consent is answered with
   * a link.
   *
   * Errors: a gateway guarded by IAM; a Lambda target; no tool schema; both or neither of portal and return URL; a
   * return URL that is not https; a portal of another gateway or stack.
   */
  public static userConsent(props: UserConsentProps): OutboundIdentity {
    checkUserConsent(props);
    return new Identity((scope, context) => bindUserConsent(scope, context, props));
  }

  /**
   * A function that stands in for the service's own server and fetches a narrow credential for each call, such as a
   * `GitHubAppBroker` or your own. The credential never leaves it.
   *
   * Errors: a Lambda or runtime target; no tools; a name in `writeTools` that is not among them.
   */
  public static broker(broker: IToolBroker): OutboundIdentity {
    return new Identity((scope, context) => bindBroker(scope, context, broker));
  }

  /**
   * The role of the gateway, with signed AWS requests. The right to call a function or runtime comes with its target;
   * other services you allow yourself, to the role of the gateway.
   *
   * Errors: an MCP server or OpenAPI target without `service`; a runtime that takes tokens.
   */
  public static gatewayRole(options: GatewayRoleOptions = {}): OutboundIdentity {
    checkGatewayRole(options);
    return new Identity((scope, context) => bindGatewayRole(scope, context, options));
  }

  /**
   * No credential at all, for servers with public data. The reason acknowledges `AC_TARGET_CREDENTIAL_CONFIGURED` of
   * `AgentCoreChecks` at this target.
   *
   * Errors: a reason of less than 20 characters; a Lambda or runtime target.
   */
  public static none(options: NoIdentityOptions): OutboundIdentity {
    checkReason(options);
    return new Identity((scope, context) => bindNone(scope, context, options));
  }

  protected constructor() {}

  /**
   * Makes what the identity needs under `scope`, the target's own, or refuses the target.
   * @internal
   */
  public abstract _bind(scope: Construct, context: IdentityContext): BoundIdentity;
}

class Identity extends OutboundIdentity {
  public constructor(private readonly bind: (scope: Construct, context: IdentityContext) => BoundIdentity) {
    super();
  }

  /** @internal */
  public _bind(scope: Construct, context: IdentityContext): BoundIdentity {
    return this.bind(scope, context);
  }
}
