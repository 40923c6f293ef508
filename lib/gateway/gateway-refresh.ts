import { Duration, Stack } from 'aws-cdk-lib';
import type * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as targets from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import type { McpTarget } from './targets/mcp-target';

/** nobody waits for it, so AWS may choose the moment */
const WINDOW = Duration.minutes(15);

/** What is refreshed, and when. */
interface ToolRefreshProps {
  readonly gateway: agentcore.Gateway;
  readonly target: McpTarget;
  readonly schedule: scheduler.ScheduleExpression;
  readonly group: scheduler.IScheduleGroup;
}

/**
 * Fetches the tools of one target again, on a schedule and without a function: EventBridge Scheduler makes the call, of
 * which each takes one target. The role can do what the deployment could when it made the target.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/API_SynchronizeGatewayTargets.html
 */
export class ToolRefresh extends Construct {
  public constructor(scope: Construct, id: string, { gateway, target, schedule, group }: ToolRefreshProps) {
    super(scope, id);
    const { account } = Stack.of(this);
    const role = new iam.Role(this, 'Role', {
      description: `Refreshes the tools of ${target.node.path}`,
      assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': account, 'aws:SourceArn': group.scheduleGroupArn },
        },
      }),
    });
    const statements = [
      new iam.PolicyStatement({
        actions: ['bedrock-agentcore:SynchronizeGatewayTargets'],
        resources: [gateway.gatewayArn],
      }),
      ...target._statements.map((statement) => statement.copy()),
    ];
    const policy = new iam.ManagedPolicy(this, 'Policy', {
      description: `What refreshing the tools of ${target.node.path} takes`,
      roles: [role],
      statements,
    });
    const refresh = new scheduler.Schedule(this, 'Schedule', {
      schedule,
      scheduleGroup: group,
      description: `Refreshes the tools of ${target.targetName}`,
      timeWindow: scheduler.TimeWindow.flexible(WINDOW),
      target: new targets.Universal({
        service: 'bedrockagentcorecontrol',
        action: 'synchronizeGatewayTargets',
        role: role.withoutPolicyUpdates(),
        // already in the policy; named so that the target does not ask for every gateway
        policyStatements: statements,
        input: scheduler.ScheduleTargetInput.fromObject({
          GatewayIdentifier: gateway.gatewayId,
          TargetIdList: [target.target.targetId],
        }),
      }),
    });
    refresh.node.addDependency(policy);
  }
}
