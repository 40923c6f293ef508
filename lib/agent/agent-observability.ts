import type { ObservabilityOptions } from '../logs/observability-options';

/** What is recorded of an agent, and how it is kept. Each part can be switched off by itself. */
export interface AgentObservability extends ObservabilityOptions {
  /**
   * Deliver vCPU and memory hours of each session, every second: the only source of cost by session. They name the ids
   * of sessions, which open workspaces: read access is access to sessions.
   *
   * @default true - to a log group `/aws/vendedlogs/...` that the agents of the stack share
   */
  readonly usageLogs?: boolean;

  /**
   * Create the log group of the runtime itself: what the container prints, the text of commands, spans. Credentials of known
   * formats in it are masked.
   *
   * AgentCore makes that group at the first invocation, without expiry and without your key, unless it is there.
   * On platform version V2 the container starts while the runtime is created, and AWS does not say whether the group
   * comes into being then; two creators would make the deployment fail.
   *
   * @default - true on platform version V1; false on V2, where the group is left to the service
   */
  readonly runtimeLogs?: boolean;
}
