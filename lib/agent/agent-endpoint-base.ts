import { Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { isAgentRole } from './execution-role';
import type { AlarmContext, AlarmRule, IAlarmSource } from '../monitoring/alarms/rule';
import { agentAlarms } from './agent-alarms';
import type { DashboardContext, DashboardRows, IDashboardSegment } from '../monitoring/segment';
import { agentRows } from './agent-rows';
import type { DeliveredLogs } from '../logs/delivery';
import { warn } from '../private/errors';
import { whereIs } from '../private/references';

/** The names of the log groups that this app makes for an agent or one of its endpoints. */
export interface AgentLogGroups extends DeliveredLogs {
  readonly runtimeLogs?: string;
}

const NAMESPACE = 'AWS/Bedrock-AgentCore';
const INVOKE = ['bedrock-agentcore:InvokeAgentRuntime', 'bedrock-agentcore:InvokeAgentRuntimeWithWebSocketStream'];
const INVOKE_FOR_USER = [
  'bedrock-agentcore:InvokeAgentRuntimeForUser',
  'bedrock-agentcore:InvokeAgentRuntimeWithWebSocketStreamForUser',
];

/**
 * What can be called and measured: an agent, or one endpoint of it.
 *
 * IAM checks each call on the runtime and on the endpoint, so the grants name both. The grants of an agent cover its
 * endpoint `DEFAULT` and those made with `addEndpoint`; the grants of an endpoint cover that one only.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/resource-based-policies.html
 */
export abstract class AgentEndpointBase extends Construct implements IDashboardSegment, IAlarmSource {
  private readonly grants: { grantee: iam.IGrantable; actions: string[] }[] = [];

  /** The name of the endpoint: what callers pass as `qualifier`. */
  public abstract readonly endpointName: string;

  /** The name of the runtime behind the endpoint. */
  public abstract readonly runtimeName: string;

  /** The ARN of the runtime behind the endpoint. */
  public abstract readonly runtimeArn: string;

  /**
   * The log groups that the rows on a dashboard read; none for an agent of another app.
   * @internal
   */
  public readonly _logGroups: AgentLogGroups = {};

  /** Whether callers must bring a token instead of signing with AWS credentials; grants have no effect then. */
  public abstract readonly usesJwt: boolean;

  /**
   * Lets a principal start sessions and send requests to them, over HTTP and WebSocket.
   *
   * Whoever may invoke a coding agent can make it do anything that its role can: grant it only to people who may hold
   * those rights themselves. AgentCore does not tie sessions to users either: who knows the id of a session reaches its
   * workspace, so ids must be random and stay with their user.
   *
   * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-security-best-practices.html
   */
  public grantInvoke(grantee: iam.IGrantable): iam.Grant {
    return this.grant(grantee, INVOKE);
  }

  /**
   * Lets a principal invoke and say for which user, by a header that nothing verifies: only for a trusted front end.
   */
  public grantInvokeForUser(grantee: iam.IGrantable): iam.Grant {
    return this.grant(grantee, [...INVOKE, ...INVOKE_FOR_USER]);
  }

  /**
   * Lets a principal run single commands inside a session (`InvokeAgentRuntimeCommand`). A command can do whatever the
   * agent's role can, past the agent and its rules. The text of each command is written to the log of the agent, where
   * the agent itself may write too: CloudTrail is the evidence, that log is not.
   *
   * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-execute-command.html
   */
  public grantExec(grantee: iam.IGrantable): iam.Grant {
    return this.grant(grantee, ['bedrock-agentcore:InvokeAgentRuntimeCommand']);
  }

  /**
   * Lets a principal open an interactive shell inside a session (`agentcore runtime shell` of the AgentCore CLI 1.x). It
   * can do whatever the agent's role can, past the agent and its rules. What is typed is not logged.
   *
   * Limits: 10 shells for each runtime, detached ones too. A connection lasts an hour at most; a shell outlives it, and
   * shows its last 256 KB of output when you connect again.
   *
   * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-get-started-command-shell.html
   */
  public grantShell(grantee: iam.IGrantable): iam.Grant {
    return this.grant(grantee, ['bedrock-agentcore:InvokeAgentRuntimeCommandShell']);
  }

  /** Lets a principal end any session whose id it knows; the session storage is kept. */
  public grantStop(grantee: iam.IGrantable): iam.Grant {
    return this.grant(grantee, ['bedrock-agentcore:StopRuntimeSession']);
  }

  /**
   * A metric of this endpoint by its published name.
   *
   * @default - one point in five minutes, average; the dimensions Operation, Name and Resource
   * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/observability-runtime-metrics.html
   */
  public metric(metricName: string, options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return this.metricBy(metricName, options, {
      Operation: 'InvokeAgentRuntime',
      Name: `${this.runtimeName}::${this.endpointName}`,
      Resource: this.runtimeArn,
    });
  }

  /**
   * Requests. Commands and shells are not documented to count here.
   *
   * @default - sum over five minutes
   */
  public metricInvocations(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('Invocations', { statistic: cloudwatch.Stats.SUM, ...options });
  }

  /**
   * New sessions. The service publishes it as `Sessions`; the name `SessionCount` of the L2 stays empty.
   *
   * @default - sum over five minutes
   */
  public metricSessions(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('Sessions', { statistic: cloudwatch.Stats.SUM, ...options });
  }

  /**
   * Requests refused for their rate.
   *
   * @default - sum over five minutes
   */
  public metricThrottles(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('Throttles', { statistic: cloudwatch.Stats.SUM, ...options });
  }

  /**
   * All failed requests.
   *
   * @default - sum over five minutes
   */
  public metricErrors(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('Errors', { statistic: cloudwatch.Stats.SUM, ...options });
  }

  /**
   * Requests that failed on the side of AWS.
   *
   * @default - sum over five minutes
   */
  public metricSystemErrors(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('SystemErrors', { statistic: cloudwatch.Stats.SUM, ...options });
  }

  /**
   * Requests that failed on the side of the caller or the agent; a mount that fails counts here, as HTTP 424.
   *
   * @default - sum over five minutes
   */
  public metricUserErrors(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('UserErrors', { statistic: cloudwatch.Stats.SUM, ...options });
  }

  /**
   * Milliseconds from a request to the last byte of its answer.
   *
   * @default - the 90th percentile over five minutes
   */
  public metricLatency(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('Latency', { statistic: 'p90', ...options });
  }

  /** Its rows on an `AgentDashboard`. Compute and its cost are those of all endpoints, and shown once. */
  public bindDashboard(context: DashboardContext): DashboardRows {
    return agentRows(this, context);
  }

  /**
   * What `AgentAlarms` watches of it: the requests to this endpoint, and what the agent spends with all its endpoints. One
   * `AgentAlarms` makes the latter once, also if it watches several of them.
   */
  public bindAlarms(context: AlarmContext): AlarmRule[] {
    return agentAlarms(this, context);
  }

  /** The endpoints that a grant covers. */
  protected abstract grantedEndpoints(): string[];

  /** A metric with other dimensions than those of `metric()`, in the region and account of the agent. */
  protected metricBy(
    metricName: string,
    options: cloudwatch.MetricOptions,
    dimensionsMap: { [dimension: string]: string },
  ): cloudwatch.Metric {
    const { region, account } = whereIs({ resource: this, arn: this.runtimeArn });
    return new cloudwatch.Metric({
      namespace: NAMESPACE,
      metricName,
      region,
      account,
      ...options,
      dimensionsMap: { ...dimensionsMap, ...options.dimensionsMap },
    });
  }

  /**
   * Repeats the grants made so far for one more endpoint.
   * @internal
   */
  protected _extendGrants(endpointName: string): void {
    for (const { grantee, actions } of this.grants) {
      const [, resource] = this.arnsFor(grantee, [endpointName]);
      iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [resource] });
    }
  }

  private grant(grantee: iam.IGrantable, actions: string[]): iam.Grant {
    if (this.usesJwt) {
      warn(this, 'grantWithoutEffect', {
        what: `agent '${this.node.path}' is called with a token, so a right in IAM has no effect`,
        got: actions.join(', '),
        allowed: 'grants on agents with InboundAuth.iam()',
        fix: 'let the caller in by the rules of InboundAuth.jwt(...)',
      });
    }
    this.grants.push({ grantee, actions });
    const resourceArns = this.arnsFor(grantee, this.grantedEndpoints());
    return iam.Grant.addToPrincipal({ grantee, actions, resourceArns });
  }

  /**
   * The runtime of an agent waits for what is granted to it. Two agents that named each other by reference would wait
   * for each other, so to an agent the name is given: an id is the name, a dash and ten characters, and a name holds no
   * dash.
   */
  private arnsFor(grantee: iam.IGrantable, endpointNames: string[]): string[] {
    const runtime = isAgentRole(grantee.grantPrincipal)
      ? Stack.of(this).formatArn({
          service: 'bedrock-agentcore',
          resource: 'runtime',
          resourceName: `${this.runtimeName}-??????????`,
        })
      : this.runtimeArn;
    return [runtime, ...endpointNames.map((name) => endpointArnOf(runtime, name))];
  }
}

/** The ARN that IAM checks for an endpoint of a runtime. */
export function endpointArnOf(runtimeArn: string, endpointName: string): string {
  return `${runtimeArn}/runtime-endpoint/${endpointName}`;
}
