/* What the server asks of the bridge, and what that tells unasked. */

/** Requests of the server to the bridge process, over the IPC channel of `child_process.fork`. */
export interface BridgeCalls {
  /** opens a local MCP server for one job; the token is kept in memory until `close`, after which it opens no more */
  open(request: { job: string; authorization?: string }): Promise<{ url: string }>;
  /** takes a newer token of the same user, while the job is open */
  renew(request: { job: string; authorization: string }): Promise<void>;
  /** initialize and tools/list at the gateway: most CLIs run happily to their end with their tools gone */
  check(request: { job: string }): Promise<GatewayCheck>;
  close(request: { job: string }): Promise<void>;
  /** GetResourceApiKey, with the workload access token of the request */
  modelKey(request: { credentialProvider: string; workloadToken: string }): Promise<{ key: string }>;
}

export type GatewayCheck =
  | { readonly ok: true; readonly tools: number }
  | { readonly ok: false; readonly errorCode: 'GatewayUnavailable' | 'GatewayAccessDenied'; readonly message: string };

/** What the bridge tells the server unasked. */
export type BridgeNotice =
  | {
      readonly type: 'consent';
      readonly job: string;
      readonly url: string;
      readonly tool: string | null;
      readonly message: string | null;
    }
  | { readonly type: 'problem'; readonly job: string; readonly code: string; readonly message: string };

/** The bridge as the server sees it: `images/session/bridge/client.ts` makes it. */
export interface Bridge extends BridgeCalls {
  onNotice(listener: (notice: BridgeNotice) => void): void;
  /** ends the process */
  stop(): Promise<void>;
}
