import type { RemovalPolicy } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';

/** What the service records of an agent or a gateway, and how it is kept. */
export interface ObservabilityOptions {
  /**
   * Deliver the application logs of the service. They hold the payloads of requests and responses; credentials of known
   * formats in them are masked, for which CloudWatch Logs charges by the gigabyte.
   *
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/mask-sensitive-log-data.html
   * @default true - to a log group `/aws/vendedlogs/...` that the agents, or the gateways, of the stack share
   */
  readonly applicationLogs?: boolean;

  /**
   * Deliver traces to AWS X-Ray.
   *
   * X-Ray needs a resource policy for it. AWS makes one for the account at the first delivery if the deploying role
   * may `xray:PutResourcePolicy` and `xray:ListResourcePolicies`; see `traceResourcePolicy`.
   *
   * @default true - traces are delivered
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-XRayTraces.html
   */
  readonly traces?: boolean;

  /**
   * Create the resource policy of X-Ray in this stack. An account has few of them in a region: use it where the
   * deploying role lacks the rights that `traces` names.
   *
   * @default false - left to AWS, which makes one for the account
   */
  readonly traceResourcePolicy?: boolean;

  /**
   * How long the log groups keep what they get. Those of a stack share groups, so they must agree on it.
   *
   * @default logs.RetentionDays.ONE_YEAR
   */
  readonly retention?: logs.RetentionDays;

  /**
   * A customer-managed key for the log groups. Its policy is extended for CloudWatch Logs, limited to these groups.
   *
   * @default - CloudWatch Logs encrypts with a key that AWS owns
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * What happens to the log groups when their owner or the stack is deleted. Those of a stack must agree on it.
   *
   * By default they are kept, except where they were made by a deployment that failed. Their names are fixed, so that a
   * stack which is deployed again finds them: take them back with `cdk import`, or delete them first. `DESTROY` is for
   * stacks that come and go.
   *
   * @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
   */
  readonly removalPolicy?: RemovalPolicy;
}

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
