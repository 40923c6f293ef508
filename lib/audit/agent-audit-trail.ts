import { Lazy, Names, Stack } from 'aws-cdk-lib';
import * as cloudtrail from 'aws-cdk-lib/aws-cloudtrail';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { IDependable } from 'constructs';
import { Construct } from 'constructs';
import { PerEnvironment } from '../private/environments';
import { invalid, warn } from '../private/errors';
import type { AgentAuditTrailProps } from './agent-audit-trail-props';
import { auditBucket, letTrailWrite } from './bucket';
import { auditKey } from './key';
import { AuditLogs, saveQueries } from './logs';
import { daysKept } from './retention';
import { AuditScope, eventSelectors } from './scope';
import { AuditTable } from './table';
import { checkProps } from '../private/kinds';

/** @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html */
const MOST_TRAILS = 5;
const LONGEST_TRAIL_NAME = 128;
const trails = new PerEnvironment();

/**
 * Records who invoked which agent, opened a shell, ran a command, called a tool or fetched a credential: a trail of AWS
 * CloudTrail, kept so that it can be proved.
 *
 * It makes the trail with advanced event selectors for AgentCore, a locked and encrypted bucket, the key, and, unless you
 * say otherwise, a log group with saved queries. Digests that AWS signs tell whether a record was changed or removed:
 * `aws cloudtrail validate-logs`. What people type in a shell, and what goes into tools and comes out, is never recorded.
 *
 * ```ts
 * new AgentAuditTrail(this, 'Audit', { of: [claude, codex, tools] });
 * ```
 *
 * CloudTrail charges for each data event, and for management events where another trail records them already. An account
 * has at most five trails in a region.
 *
 * Errors: nothing to record, or something of another account or region; more than 500 values in the selectors; more than
 * five trails; a lock that is longer than the records are kept; a bucket or key that does not fit.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
 */
export class AgentAuditTrail extends Construct {
  /** The name of the trail. */
  public readonly trailName: string;

  /** The ARN of the trail: what `aws cloudtrail validate-logs` asks for. */
  public readonly trailArn: string;

  /** Where the records are, under `AWSLogs/<account>/CloudTrail/<region>/`. */
  public readonly bucket: s3.IBucket;

  /** What encrypts them. Who reads them needs `kms:Decrypt` on it. */
  public readonly encryptionKey: kms.IKey;

  /**
   * The log group with the records, for alarms and queries of your own.
   *
   * @default - none, with `cloudWatchLogs: false`
   */
  public readonly logGroup?: logs.ILogGroup;

  /**
   * The table for Athena: `<database>.<table>`.
   *
   * @default - none, without `athenaTable`
   */
  public readonly athenaTableName?: string;

  private readonly scope: AuditScope;

  public constructor(scope: Construct, id: string, props: AgentAuditTrailProps = {}) {
    super(scope, id);
    checkProps(this, 'AgentAuditTrailProps', props);
    const { managementEvents = true, cloudWatchLogs = true, bucket } = props;
    this.scope = new AuditScope(this, props.of);
    this.takePlace();
    // agents and targets that are added later are there when the template is written; what is too much now is refused now
    const selectors = () => eventSelectors(this, this.scope, managementEvents);
    selectors();

    // by a name of ours: key and bucket name the trail, and are there before it
    this.trailName = Names.uniqueResourceName(this, { maxLength: LONGEST_TRAIL_NAME, separator: '-' });
    this.trailArn = Stack.of(this).formatArn({
      service: 'cloudtrail',
      resource: 'trail',
      resourceName: this.trailName,
    });
    this.encryptionKey = auditKey(this, props.encryptionKey, {
      trailArn: this.trailArn,
      foreignBucket: bucket !== undefined,
    });
    this.bucket = auditBucket(this, props, this.encryptionKey);
    const writable = letTrailWrite(this, this.bucket, this.trailArn);
    const auditLogs = cloudWatchLogs ? this.createLogs(props) : this.refuseRetention(props);
    this.logGroup = auditLogs?.logGroup;
    this.createTrail(selectors, writable, auditLogs);
    if (props.athenaTable === true) {
      this.athenaTableName = new AuditTable(this, 'Athena', { bucket: this.bucket, days: daysKept(props) }).name;
    }
  }

  private createTrail(
    selectors: () => cloudtrail.CfnTrail.AdvancedEventSelectorProperty[],
    writable: IDependable[],
    auditLogs: AuditLogs | undefined,
  ): void {
    // the L1: the L2 has basic selectors only, and makes an inline policy and a bucket policy that names no trail
    const trail = new cloudtrail.CfnTrail(this, 'Trail', {
      trailName: this.trailName,
      isLogging: true,
      s3BucketName: this.bucket.bucketName,
      kmsKeyId: this.encryptionKey.keyArn,
      enableLogFileValidation: true,
      isMultiRegionTrail: false,
      includeGlobalServiceEvents: true,
      advancedEventSelectors: Lazy.any({ produce: selectors }),
      cloudWatchLogsLogGroupArn: auditLogs?.logGroup.logGroupArn,
      cloudWatchLogsRoleArn: auditLogs?.role.roleArn,
    });
    // CloudTrail tries bucket and log group when the trail is made
    trail.node.addDependency(...writable, ...(auditLogs === undefined ? [] : [auditLogs]));
  }

  private createLogs({ logRetention, managementEvents = true }: AgentAuditTrailProps): AuditLogs {
    const { trailName, encryptionKey } = this;
    const auditLogs = new AuditLogs(this, 'Logs', { trailName, encryptionKey, retention: logRetention });
    saveQueries(this, { trailName, logGroup: auditLogs.logGroup, managementEvents });
    return auditLogs;
  }

  private refuseRetention({ logRetention }: AgentAuditTrailProps): undefined {
    if (logRetention !== undefined) {
      throw invalid(this, 'NoAuditLogs', {
        what: 'logRetention is about the log group of the trail, but it has none',
        got: 'cloudWatchLogs: false',
        fix: 'leave one of the two away',
      });
    }
    return undefined;
  }

  private takePlace(): void {
    const others: AgentAuditTrail[] = [];
    for (let place = 1; place <= MOST_TRAILS; place++) {
      const other = trails.take(this, `${place}`);
      if (other === undefined) {
        return this.warnOfOverlap(others);
      }
      others.push(other as AgentAuditTrail);
    }
    throw invalid(this, 'TooManyTrails', {
      what: 'an account has no room for another trail in this region',
      got: `${MOST_TRAILS + 1} audit trails in this app`,
      allowed: `${MOST_TRAILS}, with those that others made`,
      fix: `record more with one trail, for example with '${others[0].node.path}'`,
    });
  }

  private warnOfOverlap(others: AgentAuditTrail[]): void {
    const other = others.find(({ scope }) => scope.overlaps(this.scope));
    if (other !== undefined) {
      warn(this, 'auditedTwice', {
        what: `this trail records calls that '${other.node.path}' records too, and each is paid for twice`,
        got: this.node.path,
        fix: 'record them with one trail, or acknowledge this warning',
      });
    }
  }
}
