import type { Duration } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';

/** What is recorded, and how the records are kept. */
export interface AgentAuditTrailProps {
  /**
   * Agents and gateways whose calls are recorded: of this app, L2s of the CDK, or imported ones. A construct stands for
   * everything below it, so `[this]` is the whole stack; what is added later counts too. A gateway brings the credential
   * providers of its targets, an endpoint stands for its agent.
   *
   * The token vault and the directory of workload identities exist once in an account and region: what happens there is
   * recorded for everybody.
   *
   * @default - all of the account and region, whoever made them
   */
  readonly of?: IConstruct[];

  /**
   * Record the management events of the account and region too, except those of KMS and of the RDS Data API: who made,
   * changed or deleted an agent, and who fetched which credential.
   *
   * AWS lists the events of AgentCore Identity as data events, but they have been seen as management events: without
   * these, the record of credentials may stay empty. A trail cannot narrow them to AgentCore. The first copy in a region
   * is free, each further trail pays for its own: turn it off where another trail keeps them for you.
   *
   * @default true
   * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html
   */
  readonly managementEvents?: boolean;

  /**
   * How long the bucket keeps records: whole days, up to 36,500. They are deleted about a month later.
   *
   * @default Duration.days(365)
   */
  readonly retention?: Duration;

  /**
   * After how long records move to S3 Glacier Instant Retrieval, where they cost less and can still be queried: whole
   * days, fewer than `retention`. S3 does not move objects under 128 KB.
   *
   * @default - 90 days; not at all where `retention` is no longer than that
   */
  readonly archiveAfter?: Duration;

  /**
   * Until when nobody may delete or overwrite a record.
   *
   * In governance mode, principals with `s3:BypassGovernanceRetention` still may. In compliance mode nobody can, not even
   * the root user, and neither mode nor period can be taken back for what is written: the bucket then lives, and costs,
   * until the last record is free.
   *
   * @default - s3.ObjectLockRetention.governance(...) for as long as `retention`
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
   */
  readonly objectLock?: s3.ObjectLockRetention;

  /**
   * Where S3 logs who reads the records.
   *
   * @default - access is not logged
   */
  readonly serverAccessLogsBucket?: s3.IBucket;

  /**
   * A bucket of your own for the records, in the region of the stack; it may be in another account. How long it keeps
   * and locks them is its own affair. The policy of an imported bucket cannot be extended; a warning tells what must
   * stand in it.
   *
   * @default - a bucket that is locked, versioned, encrypted and kept when the stack is deleted
   */
  readonly bucket?: s3.IBucket;

  /**
   * A symmetric customer-managed key for records and log group, in the region of the stack. Never an alias.
   *
   * @default - a key of its own, which rotates and is kept when the stack is deleted
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Send the records to a log group too, with saved queries for CloudWatch Logs Insights.
   *
   * @default true
   */
  readonly cloudWatchLogs?: boolean;

  /**
   * How long the log group keeps records.
   *
   * @default logs.RetentionDays.ONE_YEAR
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * Make a table in the Glue Data Catalog, to ask the bucket with Amazon Athena.
   *
   * @default false
   */
  readonly athenaTable?: boolean;
}
