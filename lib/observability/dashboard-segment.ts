import type { AgentEndpointBase } from '../agent/agent-endpoint-base';
import type { AlarmContext, AlarmRule, IAlarmSource } from './alarm';
import { BedrockUsage } from './bedrock-usage';
import type { DashboardContext, DashboardRows, IDashboardSegment } from './segment';
import { credentialRow } from './segments/credentials';
import type { BedrockModelMetrics } from './segments/models';
import { policyRow } from './segments/policies';

/**
 * Segments of a dashboard that are no constructs of this library. Agents, gateways and brokers are segments themselves.
 */
export class DashboardSegment implements IDashboardSegment {
  /**
   * One endpoint of an agent, or an agent of another app, for a dashboard and for `AgentAlarms`. It can be passed to both as
   * it is, too.
   *
   * @param endpoint what `agent.addEndpoint(...)` or `CodingAgent.fromCodingAgentAttributes(...)` returns
   */
  public static agentEndpoint(endpoint: AgentEndpointBase): AgentEndpointUsage {
    return AgentEndpointUsage._watching(endpoint);
  }

  /**
   * Models on Amazon Bedrock: tokens, cache reads, errors, and with prices an estimate of their cost. `AgentAlarms` can watch
   * what is returned: what models with prices cost in a day.
   *
   * Errors: no model, one model twice, what is no id of a model, a price that is no amount of money.
   */
  public static bedrockModels(models: BedrockModelMetrics[]): BedrockUsage {
    return BedrockUsage._of(models);
  }

  /** The credential providers of the account: keys and tokens fetched and failed. Gateways bring this themselves. */
  public static credentialProviders(): DashboardSegment {
    return DashboardSegment.of({ rows: [credentialRow()] });
  }

  /** The policy engines of the account: what they allowed and denied. Gateways with policies bring this themselves. */
  public static policyEngines(): DashboardSegment {
    return DashboardSegment.of({ rows: [policyRow()] });
  }

  /** Rows of your own, as they are. */
  public static of(rows: DashboardRows): DashboardSegment {
    return new DashboardSegment({ bindDashboard: () => rows });
  }

  /** For segments that are a source of alarms too. */
  protected constructor(private readonly shown: IDashboardSegment) {}

  /** What it shows. */
  public bindDashboard(context: DashboardContext): DashboardRows {
    return this.shown.bindDashboard(context);
  }
}

/** An endpoint, as `DashboardSegment.agentEndpoint(...)` returns it: a segment of a dashboard, and a source of alarms. */
export class AgentEndpointUsage extends DashboardSegment implements IAlarmSource {
  /** @internal */
  public static _watching(endpoint: AgentEndpointBase): AgentEndpointUsage {
    return new AgentEndpointUsage(endpoint);
  }

  private constructor(private readonly endpoint: AgentEndpointBase) {
    super(endpoint);
  }

  /** The alarms of the endpoint. */
  public bindAlarms(context: AlarmContext): AlarmRule[] {
    return this.endpoint.bindAlarms(context);
  }
}
