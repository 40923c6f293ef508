import type { Stack } from 'aws-cdk-lib';
import { RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { IConstruct } from 'constructs';
import { Construct } from 'constructs';
import { oncePerStack } from '../../private/per-stack';

const ID = 'CodingAgentsSeedHandler';
const MEMORY_MIB = 1025;

/**
 * What the function that copies seeds runs as and logs to, once a stack.
 *
 * aws-cdk makes one such function for each stack and memory size, with the role of whoever comes first. The odd size
 * keeps ours apart: another deployment of the app would otherwise end up with our role, which takes no further rights.
 */
export class SeedHandler extends Construct {
  public static of(scope: IConstruct): SeedHandler {
    return oncePerStack(scope, ID, (stack) => new SeedHandler(stack));
  }

  public readonly role: iam.Role;

  /** what to hand to each deployment */
  public readonly settings: {
    readonly role: iam.IRole;
    readonly logGroup: logs.ILogGroup;
    readonly memoryLimit: number;
  };

  private constructor(stack: Stack) {
    super(stack, ID);
    const logGroup = new logs.LogGroup(this, 'Logs', {
      retention: logs.RetentionDays.ONE_YEAR,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new iam.Role(this, 'Role', {
      description: 'Copies seeds of S3 Files file systems into their buckets',
      // AWS does not say that Lambda sets aws:SourceAccount here, so the trust is not pinned
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
    });
    new iam.ManagedPolicy(this, 'LogPolicy', {
      description: 'Logs of the function that copies seeds',
      roles: [this.role],
      statements: [
        new iam.PolicyStatement({
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [logGroup.logGroupArn],
        }),
      ],
    });
    // the deployment would grant itself all of both buckets
    this.settings = { role: this.role.withoutPolicyUpdates(), logGroup, memoryLimit: MEMORY_MIB };
  }
}
