import { ArnFormat, Fn, Names, Stack } from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as xray from 'aws-cdk-lib/aws-xray';
import type { IConstruct } from 'constructs';
import { Construct } from 'constructs';
import type { LogStorage } from './storage';
import { logGroup } from './storage';
import { invalid } from '../private/errors';
import { oncePerStack } from '../private/per-stack';

const ID = 'CodingAgentsLogs';
const LONGEST_NAME = 60;
const PREFIX = '/aws/vendedlogs/bedrock-agentcore';

/** What the service vends, for which kind of resource. */
interface LogFamily {
  readonly id: string;
  readonly resource: 'gateway' | 'runtime';
  readonly dataProtectionPolicy?: object;
}

/** A destination with its log group. */
interface LogDestination {
  readonly destination: logs.CfnDeliveryDestination;
  readonly group: logs.CfnLogGroup;
}

/** A destination, and who asked for it first. */
interface Shared extends LogDestination {
  readonly storage: LogStorage;
  readonly firstOwner: string;
}

/**
 * Where the logs and traces of the agents and gateways of a stack are delivered: one destination for each kind, however
 * many there are.
 *
 * Log groups below `/aws/vendedlogs/` need no resource policy, of which an account has only ten.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-CloudWatchLogs.html
 */
export class LogDestinations extends Construct {
  public static of(scope: IConstruct): LogDestinations {
    return oncePerStack(scope, ID, (stack) => new LogDestinations(stack));
  }

  private readonly shared = new Map<string, Shared>();
  private lastDelivery?: logs.CfnDelivery;

  private constructor(stack: Stack) {
    super(stack, ID);
  }

  /**
   * The log group for one type of log. Another key means another group, but not another retention: if it did, changing
   * that would replace the group and lose what is in it.
   */
  public logs(owner: IConstruct, family: LogFamily, storage: LogStorage): LogDestination {
    const key = storage.encryptionKey?.node.addr.slice(-8);
    const id = key === undefined ? family.id : `${family.id}-${key}`;
    const present = this.shared.get(id);
    if (present !== undefined) {
      requireSame(owner, present, storage);
      return present;
    }
    // the id of the stack makes the name new for a stack that is deleted, with its logs kept, and made again
    const instance = Fn.select(2, Fn.split('/', Stack.of(this).stackId));
    const prefix = `${PREFIX}/${family.resource}/`;
    const name = `${prefix}${instance}/${id}`;
    const group = logGroup(this, `${id}-Group`, name, prefix, storage, family.dataProtectionPolicy);
    const destination = this.destination(id, 'CWL', group.attrArn);
    this.shared.set(id, { destination, group, storage, firstOwner: owner.node.path });
    return { destination, group };
  }

  /** AWS X-Ray. */
  public traces(ownResourcePolicy: boolean): logs.CfnDeliveryDestination {
    const id = 'TRACES';
    const present = this.node.tryFindChild(id) as logs.CfnDeliveryDestination | undefined;
    const destination = present ?? this.destination(id, 'XRAY');
    if (ownResourcePolicy) {
      destination.addResourceDependency(this.xrayPolicy());
    }
    return destination;
  }

  /**
   * Makes a delivery wait for the one before it, whichever agent that belongs to: deliveries of one source or to one
   * destination that are made at once answer with a conflict.
   */
  public inTurn(delivery: logs.CfnDelivery): void {
    if (this.lastDelivery !== undefined) {
      delivery.addResourceDependency(this.lastDelivery);
    }
    this.lastDelivery = delivery;
  }

  private destination(id: string, type: string, resourceArn?: string): logs.CfnDeliveryDestination {
    return new logs.CfnDeliveryDestination(this, id, {
      name: `${Names.uniqueResourceName(this, { maxLength: LONGEST_NAME - id.length - 1 })}-${id}`,
      deliveryDestinationType: type,
      destinationResourceArn: resourceArn,
    });
  }

  private xrayPolicy(): xray.CfnResourcePolicy {
    const stack = Stack.of(this);
    const id = 'XRayPolicy';
    const present = this.node.tryFindChild(id) as xray.CfnResourcePolicy | undefined;
    return (
      present ??
      new xray.CfnResourcePolicy(this, id, {
        policyName: Names.uniqueResourceName(this, { maxLength: 128 }),
        policyDocument: stack.toJsonString({
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Service: 'delivery.logs.amazonaws.com' },
              Action: 'xray:PutTraceSegments',
              Resource: '*',
              Condition: {
                StringEquals: { 'aws:SourceAccount': stack.account },
                ArnLike: { 'aws:SourceArn': this.arn('logs', 'delivery-source', ArnFormat.COLON_RESOURCE_NAME) },
                'ForAllValues:ArnLike': {
                  'logs:LogGeneratingResourceArns': [
                    this.arn('bedrock-agentcore', 'gateway'),
                    this.arn('bedrock-agentcore', 'runtime'),
                  ],
                },
              },
            },
          ],
        }),
      })
    );
  }

  private arn(service: string, resource: string, arnFormat = ArnFormat.SLASH_RESOURCE_NAME): string {
    return Stack.of(this).formatArn({ service, resource, resourceName: '*', arnFormat });
  }
}

function requireSame(owner: IConstruct, { storage, firstOwner }: Shared, wanted: LogStorage): void {
  if (storage.retention === wanted.retention && storage.removalPolicy === wanted.removalPolicy) {
    return;
  }
  throw invalid(owner, 'SharedLogsKeptOtherwise', {
    what: 'the agents of a stack share the log groups of their deliveries, gateways do too, and two want to keep them differently',
    got: `${wanted.retention} days, ${wanted.removalPolicy}`,
    allowed: `${storage.retention} days, ${storage.removalPolicy}, as '${firstOwner}' asked first`,
    fix: 'give both the same retention and removalPolicy, or another encryptionKey, or put them into two stacks',
  });
}
