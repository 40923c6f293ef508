import type * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { AgentObservability } from './agent-observability';
import { LogDestinations } from './log-destinations';
import { logGroup, logStorageOf } from './log-storage';

/** the log types that the service vends for a runtime, and what they are called in ids and names */
const SOURCES = { APPLICATION_LOGS: 'Logs', USAGE_LOGS: 'Usage', TRACES: 'Traces' };

/** Delivers what was asked for. `scope` is the agent, `runtime` its L2. */
export function deliverLogs(scope: Construct, runtime: agentcore.Runtime, wanted: AgentObservability): void {
  const { applicationLogs = true, usageLogs = true, traces = true } = wanted;
  const storage = logStorageOf(scope, wanted);
  const destinations = LogDestinations.of(scope);
  if (applicationLogs) {
    deliver(scope, runtime, 'APPLICATION_LOGS', destinations.logs(scope, 'APPLICATION_LOGS', storage));
  }
  if (usageLogs) {
    deliver(scope, runtime, 'USAGE_LOGS', destinations.logs(scope, 'USAGE_LOGS', storage));
  }
  if (traces) {
    deliver(scope, runtime, 'TRACES', destinations.traces(wanted.traceResourcePolicy ?? false));
  }
}

/** Creates the log group to which one endpoint of the runtime writes, before the service does it without expiry or key. */
export function keepRuntimeLogs(
  scope: Construct,
  runtime: agentcore.Runtime,
  endpointName: string,
  wanted: AgentObservability,
): void {
  const family = '/aws/bedrock-agentcore/runtimes';
  const name = `${family}/${runtime.agentRuntimeId}-${endpointName}`;
  logGroup(scope, 'RuntimeLogs', name, `${family}/${runtime.agentRuntimeName}-`, logStorageOf(scope, wanted));
}

function deliver(
  scope: Construct,
  runtime: agentcore.Runtime,
  logType: keyof typeof SOURCES,
  destination: logs.CfnDeliveryDestination,
): void {
  const kind = SOURCES[logType];
  const source = new logs.CfnDeliverySource(scope, `${kind}Source`, {
    name: `${runtime.agentRuntimeName}-${kind.toLowerCase()}`,
    logType,
    resourceArn: runtime.agentRuntimeArn,
  });
  const delivery = new logs.CfnDelivery(scope, `${kind}Delivery`, {
    deliverySourceName: source.name,
    deliveryDestinationArn: destination.attrArn,
  });
  // by name and not by reference: without this the delivery could come first
  delivery.addResourceDependency(source);
  LogDestinations.of(scope).inTurn(delivery);
}
