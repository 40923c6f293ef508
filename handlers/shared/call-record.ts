/* The one log line of a call: fields out of this list only, and its metrics in the embedded metric format. */
import { METRIC_CODE_DIMENSION, METRIC_DIMENSION, METRIC_NAMESPACE, METRICS } from '../../lib/contract/github-app';
import type { Answer } from './http';
import { scrubbed } from './scrub';

/** What is noted of a call while it runs. */
export class CallRecord {
  public mints = 0;
  public cacheHits = 0;
  public rateLimits = 0;
  /** as the catalogue writes it */
  public tool?: string;
  /** as the settings write it */
  public repository?: string;
  public permission?: string;
  /** a name such as ECONNREFUSED, or where in the code an unexpected error arose */
  public cause?: string;
  private status?: number;
  private gitHubRequestId?: string;
  private readonly start = performance.now();

  public answered(answer: Answer): void {
    this.status = answer.status;
    const id = answer.headers['x-github-request-id'];
    // a header can hold anything
    this.gitHubRequestId = typeof id === 'string' && /^[0-9A-F:]{8,80}$/i.test(id) ? id : undefined;
  }

  /** Writes the line. Not by way of `console`: Lambda would put text before it, or wrap it, and see no metrics. */
  public write(outcome: string, requestId: unknown): void {
    const duration = Math.round((performance.now() - this.start) * 10) / 10;
    const failed = outcome !== OK;
    const line = {
      _aws: { Timestamp: Date.now(), CloudWatchMetrics: directives(failed) },
      [METRIC_DIMENSION]: process.env.AWS_LAMBDA_FUNCTION_NAME ?? 'unknown',
      ...(failed ? { [METRIC_CODE_DIMENSION]: outcome } : {}),
      [METRICS.calls]: 1,
      [METRICS.errors]: failed ? 1 : 0,
      [METRICS.mints]: this.mints,
      [METRICS.cacheHits]: this.cacheHits,
      [METRICS.rateLimits]: this.rateLimits,
      [METRICS.duration]: duration,
      level: failed ? 'WARN' : 'INFO',
      requestId: typeof requestId === 'string' && /^[0-9a-f-]{8,60}$/i.test(requestId) ? requestId : undefined,
      tool: this.tool,
      repository: this.repository,
      permission: this.permission,
      outcome,
      status: this.status,
      gitHubRequestId: this.gitHubRequestId,
      cache: this.cacheHits > 0 ? 'hit' : this.mints > 0 ? 'miss' : undefined,
      cause: this.cause,
    };
    process.stdout.write(`${scrubbed(JSON.stringify(line))}\n`);
  }
}

export const OK = 'ok';

const UNITS: Partial<Record<string, string>> = { [METRICS.duration]: 'Milliseconds' };

function directives(failed: boolean): unknown[] {
  const all = Object.values(METRICS).map((Name) => ({ Name, Unit: UNITS[Name] ?? 'Count' }));
  const byCode = {
    Namespace: METRIC_NAMESPACE,
    Dimensions: [[METRIC_DIMENSION, METRIC_CODE_DIMENSION]],
    Metrics: [{ Name: METRICS.errors, Unit: 'Count' }],
  };
  return [{ Namespace: METRIC_NAMESPACE, Dimensions: [[METRIC_DIMENSION]], Metrics: all }, ...(failed ? [byCode] : [])];
}
