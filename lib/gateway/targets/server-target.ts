import { Token } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct, IDependable } from 'constructs';
import { bindFunction } from './function-target';
import { ListingMode } from '../../mixins/listing-mode';
import { McpServerListing } from '../../mixins/mcp-server-listing';
import type { PrivateEndpoint } from '../../network/private-endpoint';
import { mcpToolsOf } from './tool-schema';
import type { TargetContext, ToolTargetConfig } from './tool-target-config';
import type { McpServerTargetProps, RemoteTargetProps } from './tool-target-props';
import { toolNamed } from '../../contract/catalogue';
import type { BoundBroker, BoundIdentity, TargetKind } from '../../identity/bound-identity';
import type { OutboundIdentity } from '../../identity/outbound/outbound-identity';
import { GatewayTargetOptions } from '../../mixins/gateway-target-options';
import { invalidValue } from '../../private/errors';
import { httpsFlaw, withoutUserInfo } from '../../private/https-url';

/** A server that speaks MCP over HTTPS, with what is particular to it. */
interface RemoteServer {
  readonly kind: TargetKind;
  /** in the user's words */
  readonly service: string;
  /** asked for only if the server is called at all, and no broker stands in for it */
  readonly endpoint: (identity: BoundIdentity) => string;
  readonly description?: string;
  readonly identity: OutboundIdentity;
  readonly props: Omit<RemoteTargetProps, 'identity'> & { readonly privateEndpoint?: PrivateEndpoint };
  readonly readOnly: boolean;
  /** outside of AWS, so that nobody there checks signatures of AWS */
  readonly isVendor?: boolean;
  /** what of a broker's tools is offered here */
  readonly standIn: (broker: BoundBroker) => BoundBroker;
  /** rights of the gateway's role at the server itself */
  readonly statements?: (identity: BoundIdentity) => iam.PolicyStatement[];
  readonly dependencies?: IDependable[];
  readonly runtimeUsesJwt?: boolean;
}

export type Binder = (scope: Construct, context: TargetContext) => ToolTargetConfig;

export function mcpServerTarget(props: McpServerTargetProps): Binder {
  const { endpoint, identity, readOnly = false, description } = props;
  checkEndpoint(endpoint, props.privateEndpoint !== undefined);
  const service = Token.isUnresolved(endpoint) ? 'the server' : new URL(endpoint).hostname;
  return (scope, context) =>
    bindServer(scope, context, {
      kind: 'mcpServer',
      service,
      endpoint: () => endpoint,
      description,
      identity,
      props,
      readOnly,
      standIn: refuseBroker,
    });
}

/** Turns a server into the L2 and what that lacks. */
export function bindServer(scope: Construct, context: TargetContext, server: RemoteServer): ToolTargetConfig {
  const { props, description } = server;
  const schema = props.toolSchema?._bind(scope);
  const identity = server.identity._bind(scope, {
    targetName: context.targetName,
    kind: server.kind,
    service: server.service,
    inboundAuth: context.inboundAuth,
    hasToolSchema: schema !== undefined,
    runtimeUsesJwt: server.runtimeUsesJwt,
    gatewayId: context.gateway.gatewayId,
  });
  if (identity.broker !== undefined) {
    refuseIdleProps(server);
    return bindFunction(scope, server.standIn(identity.broker), { description, identity });
  }
  if (server.isVendor === true && isSigned(identity)) {
    throw invalidValue('SignatureForVendor', {
      what: `${server.service} knows nothing of signed AWS requests`,
      got: 'OutboundIdentity.gatewayRole',
      allowed: 'bot, onBehalfOf, userConsent or broker',
      fix: 'choose as whom the service shall see the call: docs/identities.md compares them',
    });
  }
  const endpoint = server.endpoint(identity);
  const mode =
    props.listing ?? (schema === undefined && identity.listing !== undefined ? ListingMode.DYNAMIC : undefined);
  checkListing(mode, identity.oauthGrant?.grantType);
  const tools = props.toolSchema && mcpToolsOf(props.toolSchema);
  return {
    create: (parent, options) =>
      agentcore.GatewayTarget.forMcpServer(parent, 'Target', { ...options, endpoint, description }),
    mixins: [
      new McpServerListing({ mode, toolSchema: props.toolSchema, resourcePriority: props.resourcePriority }),
      new GatewayTargetOptions(props),
    ],
    statements: [...(server.statements?.(identity) ?? []), ...(schema?.statements ?? [])],
    identity,
    tools,
    readOnly: server.readOnly,
    isServer: true,
    dynamic: mode === ListingMode.DYNAMIC,
    refreshable: mode !== ListingMode.DYNAMIC && schema === undefined,
    dependencies: server.dependencies ?? [],
  };
}

/** Refuses an address that would take the gateway into its own machine, or that carries a password. */
export function checkEndpoint(endpoint: string, isPrivate: boolean): void {
  if (Token.isUnresolved(endpoint)) {
    return;
  }
  const flaw = httpsFlaw(endpoint, { privateHost: isPrivate, query: true });
  if (flaw !== undefined) {
    throw invalidValue('InvalidTargetEndpoint', {
      what: `the endpoint of the server ${flaw}`,
      got: withoutUserInfo(endpoint),
      allowed: 'https://<public host>/<path>, or a private host with a privateEndpoint',
      fix: 'credentials come from the identity of the target; a server inside a VPC needs privateEndpoint',
    });
  }
}

/** a broker of GitHub's tools under the name of another service */
export function notGitHub(broker: BoundBroker, service: string): BoundBroker {
  if (broker.tools.every(({ name }) => toolNamed(name) !== undefined)) {
    throw invalidValue('BrokerOfOtherService', {
      what: `these are tools of GitHub, under the name of ${service}`,
      got: broker.tools.map(({ name }) => name).join(', '),
      allowed: `a function that calls ${service}`,
      fix: 'use ToolTarget.github for a GitHubAppBroker',
    });
  }
  return broker;
}

function isSigned({ credential, fetch }: BoundIdentity): boolean {
  return credential !== undefined && fetch === undefined;
}

/** a broker answers itself: what would be said to the server would be lost without a word */
function refuseIdleProps({ service, props }: RemoteServer): void {
  const idle = (['toolSchema', 'listing', 'resourcePriority', 'requestHeaders', 'responseHeaders'] as const).filter(
    (name) => props[name] !== undefined,
  );
  if (idle.length > 0) {
    throw invalidValue('PropsForServerOnly', {
      what: `a broker stands in for ${service}, so these have no effect`,
      got: idle.join(', '),
      allowed: 'the tools of the broker, as it offers them',
      fix: 'remove them',
    });
  }
}

function refuseBroker(): never {
  throw invalidValue('BrokerForServer', {
    what: 'a broker answers itself, so this server would never be called',
    got: 'ToolTarget.mcpServer with OutboundIdentity.broker',
    allowed: 'a broker as the identity of github, jira or slack, for which it stands in',
    fix: 'use ToolTarget.lambdaFunction for a function of your own',
  });
}

function checkListing(mode: ListingMode | undefined, grantType: string | undefined): void {
  if (mode === ListingMode.DYNAMIC && grantType === 'AUTHORIZATION_CODE') {
    throw invalidValue('DynamicListingWithConsent', {
      what: 'tools cannot be listed at each request where users must consent first',
      got: 'ListingMode.DYNAMIC with OutboundIdentity.userConsent',
      allowed: 'a fixed list of tools',
      fix: 'remove `listing` and keep `toolSchema`',
    });
  }
}
