import { Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { METRIC_DIMENSION, METRIC_NAMESPACE, METRICS } from '../contract/github-app';
import type { AlarmContext, AlarmRule, IAlarmSource } from '../monitoring/alarms/rule';
import { brokerAlarms } from './broker-monitoring';
import type { DashboardContext, DashboardRows, IDashboardSegment } from '../monitoring/segment';
import { brokerRows } from './broker-monitoring';

/** What acts for a GitHub App, and how it is measured: a broker, or what hands out credentials for git. */
export abstract class GitHubAppFunction extends Construct implements IDashboardSegment, IAlarmSource {
  /** The name of the function, without version or alias: its metrics are found by it. */
  public abstract readonly functionName: string;

  /**
   * The name of its log group.
   * @internal
   */
  public abstract readonly _logGroupName: string;

  /**
   * Any metric that the function writes to the namespace `CodingAgents/Broker`.
   *
   * @default - five minutes, the region and account of the stack
   */
  public metric(metricName: string, options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    const { region, account } = Stack.of(this);
    return new cloudwatch.Metric({
      namespace: METRIC_NAMESPACE,
      metricName,
      region,
      account,
      ...options,
      dimensionsMap: { [METRIC_DIMENSION]: this.functionName, ...options.dimensionsMap },
    });
  }

  /**
   * Calls.
   *
   * @default - sum over five minutes
   */
  public metricCalls(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.sum(METRICS.calls, options);
  }

  /**
   * Calls that failed, whatever the reason. By reason: `metricErrors({ dimensionsMap: { Code: 'RateLimited' } })`.
   *
   * @default - sum over five minutes
   */
  public metricErrors(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.sum(METRICS.errors, options);
  }

  /**
   * Tokens that GitHub was asked for.
   *
   * @default - sum over five minutes
   */
  public metricMints(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.sum(METRICS.mints, options);
  }

  /**
   * Calls for which a token was used again.
   *
   * @default - sum over five minutes
   */
  public metricCacheHits(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.sum(METRICS.cacheHits, options);
  }

  /**
   * Answers of GitHub that told to wait.
   *
   * @default - sum over five minutes
   */
  public metricRateLimits(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.sum(METRICS.rateLimits, options);
  }

  /**
   * Milliseconds of a call in the function, GitHub's part included.
   *
   * @default - the 90th percentile over five minutes
   */
  public metricDuration(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.duration, { statistic: 'p90', ...options });
  }

  /** Its rows on an `AgentDashboard`. */
  public bindDashboard(_context: DashboardContext): DashboardRows {
    return brokerRows(this);
  }

  /** What `AgentAlarms` watches of it. */
  public bindAlarms(context: AlarmContext): AlarmRule[] {
    return brokerAlarms(this, context);
  }

  private sum(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(metricName, { statistic: cloudwatch.Stats.SUM, ...options });
  }
}
