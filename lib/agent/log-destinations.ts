import { ArnFormat, Fn, Names, Stack } from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as xray from 'aws-cdk-lib/aws-xray';
import type { IConstruct } from 'constructs';
import { Construct } from 'constructs';
import type { LogStorage } from './log-storage';
import { logGroup } from './log-storage';

const ID = 'CodingAgentsLogs';
const LONGEST_NAME = 60;
const PREFIX = '/aws/vendedlogs/bedrock-agentcore/runtime';

/**
 * Where the logs and traces of the agents of a stack are delivered: one destination for each kind, however many
 * agents there are.
 *
 * Log groups below `/aws/vendedlogs/` need no resource policy, of which an account has only ten.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-CloudWatchLogs.html
 */
export class LogDestinations extends Construct {
  public static of(scope: IConstruct): LogDestinations {
    const stack = Stack.of(scope);
    return (stack.node.tryFindChild(ID) as LogDestinations | undefined) ?? new LogDestinations(stack, ID);
  }

  private constructor(scope: Construct, id: string) {
    super(scope, id);
  }

  /** A log group for one type of log; agents that ask for another retention or key get another group. */
  public logs(logType: string, storage: LogStorage): logs.CfnDeliveryDestination {
    const { retention, removalPolicy, encryptionKey } = storage;
    const kept = [retention, removalPolicy, encryptionKey?.node.addr.slice(-8)].filter(Boolean).join('-');
    const id = `${logType}-${kept}`;
    const present = this.node.tryFindChild(id);
    if (present !== undefined) {
      return present as logs.CfnDeliveryDestination;
    }
    // the last part of the stack's id makes the name new for a stack that is deleted, with its logs kept, and made again
    const instance = Fn.select(4, Fn.split('-', Stack.of(this).stackId));
    const group = logGroup(this, `${id}-Group`, `${PREFIX}/${instance}/${id}`, `${PREFIX}/`, storage);
    return this.destination(id, 'CWL', group.attrArn);
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

  private destination(id: string, type: string, resourceArn?: string): logs.CfnDeliveryDestination {
    const destination = new logs.CfnDeliveryDestination(this, id, {
      name: `${Names.uniqueResourceName(this, { maxLength: LONGEST_NAME - id.length - 1 })}-${id}`,
      deliveryDestinationType: type,
      destinationResourceArn: resourceArn,
    });
    return destination;
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
                  'logs:LogGeneratingResourceArns': [this.arn('bedrock-agentcore', 'runtime')],
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
