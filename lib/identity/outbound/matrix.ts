import type { TargetKind } from '../bound-identity';

/**
 * An identity at one kind of target. `instead` is the way out, with which the error ends.
 *
 * 'withToolSchema' and 'withService' are conditions that the identity checks. 'asStandIn' and 'refusedByTarget' are left to
 * the target, which has its own errors.
 */
export type Cell =
  'works' | 'withToolSchema' | 'withService' | 'asStandIn' | 'refusedByTarget' | { readonly instead: string };

/** One identity at all kinds of target. */
export interface IdentityRow {
  /** the identity acts for the caller, so the caller must bring a token that names a person */
  readonly needsUserToken: boolean;
  /** a runtime takes tokens or signatures, never both */
  readonly sends: 'token' | 'signature' | 'API key' | 'nothing';
  readonly at: Readonly<Record<TargetKind, Cell>>;
}

/** The kinds of target, in the words and in the order of the errors and the docs. */
export const TARGET_KINDS: Readonly<Record<TargetKind, string>> = {
  mcpServer: 'an MCP server',
  openApi: 'an OpenAPI target',
  lambda: 'a Lambda function',
  agentRuntime: 'an MCP server on AgentCore Runtime',
};

/**
 * Which identity works at which kind of target, by the names of the factories of `OutboundIdentity`. `microsoft` shares the
 * row of `onBehalfOf`. docs/identities.md prints this table.
 */
export const IDENTITIES = {
  bot: {
    needsUserToken: false,
    sends: 'API key',
    at: {
      mcpServer: 'works',
      openApi: 'works',
      lambda: {
        instead:
          'the gateway calls a function with its role: use OutboundIdentity.gatewayRole(), and let the function read the key',
      },
      agentRuntime: {
        instead:
          'a runtime takes signed requests or tokens of its issuer: use OutboundIdentity.gatewayRole(), clientCredentials(...) or onBehalfOf(...)',
      },
    },
  },
  clientCredentials: {
    needsUserToken: false,
    sends: 'token',
    at: {
      mcpServer: 'works',
      openApi: 'works',
      lambda: {
        instead: 'no token reaches a function: use OutboundIdentity.gatewayRole(), and let the function get its own',
      },
      agentRuntime: 'works',
    },
  },
  onBehalfOf: {
    needsUserToken: true,
    sends: 'token',
    at: {
      mcpServer: 'works',
      openApi: 'works',
      lambda: {
        instead: 'no token reaches a function: use OutboundIdentity.gatewayRole(), or put an MCP server before it',
      },
      agentRuntime: 'works',
    },
  },
  userConsent: {
    needsUserToken: true,
    sends: 'token',
    at: {
      mcpServer: 'withToolSchema',
      openApi: 'works',
      lambda: { instead: 'no token reaches a function: use OutboundIdentity.gatewayRole()' },
      agentRuntime: 'withToolSchema',
    },
  },
  broker: {
    needsUserToken: false,
    sends: 'nothing',
    at: {
      mcpServer: 'asStandIn',
      openApi: 'refusedByTarget',
      lambda: { instead: 'the broker is a function itself: use OutboundIdentity.gatewayRole()' },
      agentRuntime: {
        instead:
          'a broker stands in for a server that AWS does not host: use OutboundIdentity.gatewayRole(), clientCredentials(...) or onBehalfOf(...)',
      },
    },
  },
  gatewayRole: {
    needsUserToken: false,
    sends: 'signature',
    at: { mcpServer: 'withService', openApi: 'withService', lambda: 'works', agentRuntime: 'works' },
  },
  none: {
    needsUserToken: false,
    sends: 'nothing',
    at: {
      mcpServer: 'works',
      openApi: 'works',
      lambda: { instead: 'the gateway calls a function with its role: use OutboundIdentity.gatewayRole()' },
      agentRuntime: {
        instead:
          'a runtime answers no anonymous request: use OutboundIdentity.gatewayRole(), clientCredentials(...) or onBehalfOf(...)',
      },
    },
  },
} satisfies Record<string, IdentityRow>;

export type IdentityName = keyof typeof IDENTITIES;

/** The row of an identity, with the type that all rows share. */
export function rowOf(name: IdentityName): IdentityRow {
  return IDENTITIES[name];
}
