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
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}
