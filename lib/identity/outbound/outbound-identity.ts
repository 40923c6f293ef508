import { Token } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type { Construct } from 'constructs';
import type { BoundIdentity, IdentityContext } from '../bound-identity';
import type { BotProps } from './bot';
import { bindBot } from './bot';
import type { ClientCredentialsProps } from './client-credentials';
import { bindClientCredentials, checkClientCredentials } from './client-credentials';
import { checkIdentity } from './checks';
import type { IdentityName } from './matrix';
import { bindMicrosoft, bindOnBehalfOf, checkMicrosoft, checkOnBehalfOf } from './on-behalf-of';
import type { MicrosoftOnBehalfOfProps, OnBehalfOfProps } from './on-behalf-of-props';
import type { UserConsentProps } from './user-consent';
import { bindUserConsent, checkUserConsent } from './user-consent';
import type { IToolBroker } from '../contracts';
import { invalid, invalidValue } from '../../private/errors';
import { reasonProblem } from '../../private/notes';
import { checkArguments } from '../../private/kinds';

const SERVICE = /^[a-z0-9-]{1,64}$/;

/** The role of the gateway as the caller. */
export interface GatewayRoleOptions {
  /**
   * The service for which requests are signed: `bedrock-agentcore` for a runtime or another gateway, `execute-api` for
   * API Gateway, `lambda` for the URL of a function.
   *
   * @default - what the target is: nothing to sign for a function, `bedrock-agentcore` for a runtime; needed elsewhere
   */
  readonly service?: string;

  /**
   * The region for which requests are signed.
   *
   * @default - the region of the gateway
   */
  readonly region?: string;
}

/** Why no credential is sent. */
export interface NoIdentityOptions {
  /** What makes it acceptable, in at least 20 characters: with it the finding of `AgentCoreChecks` is acknowledged. */
  readonly reason: string;
}

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
    checkArguments('OutboundIdentity.bot', { props: ['BotProps', props] });
    return new Identity('bot', (scope) => bindBot(scope, props));
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
    checkArguments('OutboundIdentity.clientCredentials', { props: ['ClientCredentialsProps', props] });
    checkClientCredentials(props);
    return new Identity('clientCredentials', (scope) => bindClientCredentials(scope, props));
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
    checkArguments('OutboundIdentity.onBehalfOf', { props: ['OnBehalfOfProps', props] });
    checkOnBehalfOf(props);
    return new Identity('onBehalfOf', (scope, context) => bindOnBehalfOf(scope, context, props));
  }

  /**
   * The person who calls, by the on-behalf-of flow of Microsoft Entra ID: for services that take its tokens.
   *
   * Errors: as for `onBehalfOf`; a tenant that stands for everybody's.
   *
   * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
   */
  public static microsoft(props: MicrosoftOnBehalfOfProps): OutboundIdentity {
    checkArguments('OutboundIdentity.microsoft', { props: ['MicrosoftOnBehalfOfProps', props] });
    checkMicrosoft(props);
    return new Identity('onBehalfOf', (scope, context) => bindMicrosoft(scope, context, props));
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
    checkArguments('OutboundIdentity.userConsent', { props: ['UserConsentProps', props] });
    checkUserConsent(props);
    return new Identity('userConsent', (scope, context) => bindUserConsent(scope, context, props));
  }

  /**
   * A function that stands in for the service's own server and fetches a narrow credential for each call, such as a
   * `GitHubAppBroker` or your own. The credential never leaves it.
   *
   * Errors: a Lambda or runtime target; no tools; a name in `writeTools` that is not among them.
   */
  public static broker(broker: IToolBroker): OutboundIdentity {
    checkArguments('OutboundIdentity.broker', { broker: ['IToolBroker', broker] });
    return new Identity('broker', (scope, context) => bindBroker(scope, context, broker));
  }

  /**
   * The role of the gateway, with signed AWS requests. The right to call a function or runtime comes with its target;
   * other services you allow yourself, to the role of the gateway.
   *
   * Errors: an MCP server or OpenAPI target without `service`; a runtime that takes tokens.
   */
  public static gatewayRole(options: GatewayRoleOptions = {}): OutboundIdentity {
    checkArguments('OutboundIdentity.gatewayRole', { options: ['GatewayRoleOptions?', options] });
    checkGatewayRole(options);
    return new Identity('gatewayRole', (scope, context) => bindGatewayRole(scope, context, options));
  }

  /**
   * No credential at all, for servers with public data. The reason acknowledges `AC_TARGET_CREDENTIAL_CONFIGURED` of
   * `AgentCoreChecks` at this target.
   *
   * Errors: a reason of less than 20 characters; a Lambda or runtime target.
   */
  public static none(options: NoIdentityOptions): OutboundIdentity {
    checkArguments('OutboundIdentity.none', { options: ['NoIdentityOptions', options] });
    checkReason(options);
    return new Identity('none', () => bindNone(options));
  }

  protected constructor() {}

  /**
   * Makes what the identity needs under `scope`, the target's own, or refuses the target.
   * @internal
   */
  public abstract _bind(scope: Construct, context: IdentityContext): BoundIdentity;
}

class Identity extends OutboundIdentity {
  public constructor(
    private readonly name: IdentityName,
    private readonly bind: (scope: Construct, context: IdentityContext) => BoundIdentity,
  ) {
    super();
  }

  /** @internal */
  public _bind(scope: Construct, context: IdentityContext): BoundIdentity {
    checkIdentity(scope, context, this.name);
    return this.bind(scope, context);
  }
}

function checkGatewayRole({ service, region }: GatewayRoleOptions): void {
  for (const [prop, text] of Object.entries({ service, region })) {
    if (text !== undefined && !Token.isUnresolved(text) && !SERVICE.test(text)) {
      throw invalidValue('InvalidSigningName', {
        what: `${prop} of OutboundIdentity.gatewayRole is not a name that requests are signed for`,
        got: text,
        allowed: 'lower-case letters, digits and dashes, for example bedrock-agentcore, execute-api or lambda',
        fix: 'give the short name, without a domain',
      });
    }
  }
  if (region !== undefined && service === undefined) {
    throw invalidValue('SigningRegionWithoutService', {
      what: 'OutboundIdentity.gatewayRole has a region and no service',
      got: region,
      allowed: 'both, or a service alone',
      fix: 'name the service too',
    });
  }
}

function bindGatewayRole(scope: Construct, context: IdentityContext, options: GatewayRoleOptions): BoundIdentity {
  return {
    credential: agentcore.GatewayCredentialProvider.fromIamRole(signing(scope, context, options)),
    statements: [],
    actor: 'the role of the gateway, the same for every caller',
    dependencies: [],
  };
}

function signing(
  scope: Construct,
  { kind, targetName }: IdentityContext,
  options: GatewayRoleOptions,
): GatewayRoleOptions {
  if (kind === 'lambda') {
    return {};
  }
  if (options.service !== undefined) {
    return options;
  }
  if (kind === 'agentRuntime') {
    return { service: 'bedrock-agentcore' };
  }
  throw invalid(scope, 'SigningServiceMissing', {
    what: 'it is not known for which service the gateway shall sign its requests to this target',
    got: targetName,
    allowed: 'service: bedrock-agentcore, execute-api, lambda or another AWS service',
    fix: `write OutboundIdentity.gatewayRole({ service: 'execute-api' }); servers outside AWS need another identity`,
  });
}

function checkReason({ reason }: NoIdentityOptions): void {
  const problem = reasonProblem(reason, {
    what: 'the reason for calling a target without a credential says too little',
    fix: 'say what makes it acceptable, or use OutboundIdentity.bot(...)',
  });
  if (problem !== undefined) {
    throw invalidValue('NoIdentityReasonTooShort', problem);
  }
}

function bindNone({ reason }: NoIdentityOptions): BoundIdentity {
  const optOut = { rule: 'AC_TARGET_CREDENTIAL_CONFIGURED', reason: reason.trim() };
  return { statements: [], actor: 'nobody: no credential is sent', dependencies: [], optOut };
}

function bindBroker(scope: Construct, context: IdentityContext, broker: IToolBroker): BoundIdentity {
  const names = broker.tools.map(({ name }) => name);
  const unknown = broker.writeTools.filter((name) => !names.includes(name));
  if (names.length === 0 || unknown.length > 0) {
    throw invalid(scope, 'BrokerToolsIncomplete', {
      what:
        names.length === 0 ? 'the broker has no tools' : 'writeTools of the broker names tools that it does not have',
      got: unknown.length === 0 ? context.targetName : unknown.join(', '),
      allowed: names.length === 0 ? 'at least one tool' : names.join(', '),
      fix: 'list in tools what the function answers to, and in writeTools those of them that change something',
    });
  }
  return {
    // the right to invoke it comes with the target, as for any function
    statements: [],
    broker: { function: broker.brokerFunction, tools: broker.tools, writeTools: broker.writeTools },
    actor: 'the account of the broker, with a token for just this call',
    dependencies: [],
  };
}
