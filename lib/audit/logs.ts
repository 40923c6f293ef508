import { Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { logStorageOf } from '../logs/storage';
import { letLogsUseKey } from '../private/log-key';

const PREFIX = '/coding-agents/audit/';

/** How the log group is kept. */
export interface AuditLogsProps {
  readonly trailName: string;
  readonly encryptionKey: kms.IKey;
  readonly retention?: logs.RetentionDays;
}

/** The log group to which CloudTrail sends the records, and the role as which it does. */
export class AuditLogs extends Construct {
  public readonly logGroup: logs.LogGroup;
  public readonly role: iam.Role;

  public constructor(scope: Construct, id: string, props: AuditLogsProps) {
    super(scope, id);
    const { encryptionKey } = props;
    const { retention } = logStorageOf(this, props);
    // the id of the stack makes the name new for a stack that is deleted, with its logs kept, and made again
    const instance = Fn.select(2, Fn.split('/', Stack.of(this).stackId));
    this.logGroup = new logs.LogGroup(this, 'Group', {
      logGroupName: `${PREFIX}${instance}/${props.trailName}`,
      retention,
      encryptionKey,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    letLogsUseKey(this, encryptionKey, `${PREFIX}*`);
    this.role = this.createRole(props.trailName);
  }

  private createRole(trailName: string): iam.Role {
    const role = new iam.Role(this, 'Role', {
      description: `Writes the records of audit trail ${trailName} to its log group`,
      // AWS does not say that CloudTrail sets aws:SourceArn here, so the trust is not pinned
      assumedBy: new iam.ServicePrincipal('cloudtrail.amazonaws.com'),
    });
    new iam.ManagedPolicy(this, 'Policy', {
      description: `Writes the records of audit trail ${trailName} to its log group`,
      roles: [role],
      statements: [
        new iam.PolicyStatement({
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [this.logGroup.logGroupArn],
        }),
      ],
    });
    return role;
  }
}
