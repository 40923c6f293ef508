/*
 * What the constructs tell the session server inside the microVM. The server is bundled without aws-cdk-lib, so nothing
 * here may import it.
 *
 * The environment of a runtime holds 4 KB (2.5 KB on V2), so the settings are one short JSON.
 */

/** The coding agent in the image, one of `CLI_NAMES`; set by the image. */
export const CLI_VARIABLE = 'AGENT_CLI';
/** The settings, as JSON of `SessionSettings`; set by the constructs. */
export const SETTINGS_VARIABLE = 'AGENT_SETTINGS';
/** Where a session works: the mount of its own storage. Set by the constructs; a runtime without it looks at the default. */
export const WORKSPACE_VARIABLE = 'AGENT_WORKSPACE';
export const DEFAULT_WORKSPACE = '/mnt/workspace';
/** Where AgentCore mounts file systems. What is named below it has to be one. */
export const MOUNTS = '/mnt/';
/** Where the gateway is, and whether it wants a signature (`iam`) or the caller's token (`jwt`). */
export const GATEWAY_URL_VARIABLE = 'MCP_GATEWAY_URL';
export const GATEWAY_AUTH_VARIABLE = 'MCP_GATEWAY_AUTH';
/** The function that gives git its tokens. */
export const GIT_CREDENTIAL_VARIABLE = 'GIT_CREDENTIAL_FUNCTION';
/** Where OpenTelemetry logs of the CLI go. */
export const LOG_GROUP_VARIABLE = 'AGENT_LOG_GROUP';
export const LOG_STREAM_VARIABLE = 'AGENT_LOG_STREAM';

/** Ports of a session. All but the first are bound to 127.0.0.1. */
export const PORTS = { invocations: 8080, bridge: 8970 } as const;

export interface SessionSettings {
  /** as the CLI takes it; the CLI's own default if left away */
  readonly model?: string;
  /** for titles, summaries and the like */
  readonly smallModel?: string;
  /** the CLI's own word for how hard the model thinks */
  readonly effort?: string;
  /** how the model is reached; none if left away */
  readonly route?: RouteSettings;
  /** Claude on Bedrock: a model of the route for each family; the small model stands for Haiku */
  readonly familyModels?: { readonly [family: string]: string };
  /** bounds of every job; a job may ask for less, never for more */
  readonly limits?: LimitSettings;
  /** whether the CLI sends OpenTelemetry, to the bridge, which signs it */
  readonly telemetry?: boolean;
  /** dollars per million tokens, for CLIs that name no price */
  readonly prices?: PriceSettings;
}

export type RouteSettings =
  /** the role of the session */
  | { readonly via: 'bedrock' }
  /** the key lies in the Token Vault under this name */
  | { readonly via: 'provider'; readonly credentialProvider: string }
  /** without a credential provider the gateway asks for no key */
  | { readonly via: 'llmGateway'; readonly url: string; readonly credentialProvider?: string };

/** How long a job may run, where nobody says it. */
export const DEFAULT_JOB_MINUTES = 60;

export interface LimitSettings {
  readonly turns?: number;
  readonly minutes?: number;
  readonly dollars?: number;
}

/** A price of the cache that is left away is that of input. */
export interface PriceSettings {
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
}
