import { Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { warn } from '../private/errors';

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
export abstract class AgentEndpointBase extends Construct {
  private readonly grants: { grantee: iam.IGrantable; actions: string[] }[] = [];

  /** The name of the endpoint: what callers pass as `qualifier`. */
  public abstract readonly endpointName: string;

  /** The name of the runtime behind the endpoint. */
  public abstract readonly runtimeName: string;

  /** The ARN of the runtime behind the endpoint. */
  public abstract readonly runtimeArn: string;

  /** Whether callers must bring a token instead of signing with AWS credentials; grants have no effect then. */
  public abstract readonly usesJwt: boolean;

  /**
   * Lets a principal start sessions and send requests to them, over HTTP and WebSocket.
   *
   * It does not let it name the user in whose place it calls, run commands or open a shell.
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
   * agent's role can, past the agent and its rules. The text of each command is written to the log of the agent.
   *
   * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-execute-command.html
   */
  public grantExec(grantee: iam.IGrantable): iam.Grant {
    return this.grant(grantee, ['bedrock-agentcore:InvokeAgentRuntimeCommand']);
  }

  /**
   * Lets a principal open an interactive shell inside a session (`agentcore exec --it`). It can do whatever the agent's
   * role can, past the agent and its rules. What is typed is not logged.
   *
   * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-get-started-command-shell.html
   */
  public grantShell(grantee: iam.IGrantable): iam.Grant {
    return this.grant(grantee, ['bedrock-agentcore:InvokeAgentRuntimeCommandShell']);
  }

  /** Lets a principal end sessions, which keeps their session storage. */
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

  /** The ARNs on which IAM checks a call. */
  protected abstract callableArns(): string[];

  /** A metric with other dimensions than those of `metric()`, in the region and account of the stack. */
  protected metricBy(
    metricName: string,
    options: cloudwatch.MetricOptions,
    dimensionsMap: { [dimension: string]: string },
  ): cloudwatch.Metric {
    const { region, account } = Stack.of(this);
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
   * Repeats the grants made so far for one more ARN.
   * @internal
   */
  protected _extendGrants(arn: string): void {
    for (const { grantee, actions } of this.grants) {
      iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [arn] });
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
    return iam.Grant.addToPrincipal({ grantee, actions, resourceArns: this.callableArns() });
  }
}
