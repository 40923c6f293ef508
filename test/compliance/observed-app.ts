import type { App } from 'aws-cdk-lib';
import { Stack } from 'aws-cdk-lib';
import * as sns from 'aws-cdk-lib/aws-sns';
import {
  AgentAlarms,
  AgentAuditTrail,
  AgentDashboard,
  AlarmStrategy,
  DashboardSegment,
  TransactionSearch,
} from '../../lib';
import { GatewayApp } from './gateway-app';
import type { AppOptions } from './place';

/** Agents, a gateway and brokers with all there is to watch them: in a stack of its own, as a platform team has it. */
export class ObservedApp {
  public readonly app: App;
  public readonly stack: Stack;
  public readonly trail: AgentAuditTrail;

  public constructor(options: AppOptions = {}) {
    const { app, writer, runner, tools, robots, broker, ownBroker } = new GatewayApp(options);
    this.app = app;
    this.stack = new Stack(app, 'Observed', options);
    const seen = [writer, runner, tools, robots, broker, ownBroker];
    const alarms = new AgentAlarms(this.stack, 'Alarms', {
      watch: seen,
      topic: new sns.Topic(this.stack, 'Pager', { enforceSSL: true }),
      strategy: AlarmStrategy.strict(),
      tellRecovery: true,
    });
    const models = DashboardSegment.bedrockModels([
      { modelId: 'eu.anthropic.claude-opus-4-6-v1', prices: { input: 5, output: 25, cacheRead: 0.5 } },
    ]);
    new AgentDashboard(this.stack, 'Dashboard', { segments: [alarms, ...seen, models] });
    this.trail = new AgentAuditTrail(this.stack, 'Audit', { of: [writer, runner, tools, robots], athenaTable: true });
    new TransactionSearch(this.stack, 'TransactionSearch');
  }
}
