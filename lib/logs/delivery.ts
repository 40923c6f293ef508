import type * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { maskCredentials } from './data-protection';
import { LogDestinations } from './destinations';
import { RUNTIME_LOGS, logGroup, logStorageOf } from './storage';
import type { AgentObservability, ObservabilityOptions } from './observability-options';

/** the log types that the service vends, and what they are called in ids and names */
const SOURCES = { APPLICATION_LOGS: 'Logs', USAGE_LOGS: 'Usage', TRACES: 'Traces' };

/** Whose logs are delivered. */
interface Origin {
  readonly name: string;
  readonly arn: string;
}

/** The names of the log groups to which deliveries lead; undefined where a delivery is switched off. */
export interface DeliveredLogs {
  readonly applicationLogs?: string;
  readonly usageLogs?: string;
}

/**
 * Delivers what was asked for. `scope` is the agent, `runtime` its L2. Payloads of requests are in the application logs, so
 * credentials in them are masked; usage logs hold numbers.
 */
export function deliverLogs(scope: Construct, runtime: agentcore.Runtime, wanted: AgentObservability): DeliveredLogs {
  const { applicationLogs = true, usageLogs = true, traces = true } = wanted;
  const origin = { name: runtime.agentRuntimeName, arn: runtime.agentRuntimeArn };
  const storage = logStorageOf(scope, wanted);
  const destinations = LogDestinations.of(scope);
  const resource = 'runtime';
  const names: { -readonly [key in keyof DeliveredLogs]: string } = {};
  if (applicationLogs) {
    const family = { id: 'APPLICATION_LOGS', resource, dataProtectionPolicy: maskCredentials(scope) } as const;
    const { destination, group } = destinations.logs(scope, family, storage);
    deliver(scope, origin, 'APPLICATION_LOGS', destination);
    names.applicationLogs = group.ref;
  }
  if (usageLogs) {
    const { destination, group } = destinations.logs(scope, { id: 'USAGE_LOGS', resource }, storage);
    deliver(scope, origin, 'USAGE_LOGS', destination);
    names.usageLogs = group.ref;
  }
  if (traces) {
    deliver(scope, origin, 'TRACES', destinations.traces(wanted.traceResourcePolicy ?? false));
  }
  return names;
}

/** The same for a gateway. Its logs hold the bodies of requests and responses, so credentials in them are masked. */
export function deliverGatewayLogs(
  scope: Construct,
  gateway: agentcore.Gateway,
  wanted: ObservabilityOptions,
): DeliveredLogs {
  const { applicationLogs = true, traces = true } = wanted;
  // an agent may have the same name, and delivery sources share their names
  const origin = { name: `${gateway.gatewayName}-gateway`, arn: gateway.gatewayArn };
  const destinations = LogDestinations.of(scope);
  const names: { -readonly [key in keyof DeliveredLogs]: string } = {};
  if (applicationLogs) {
    const family = { id: 'GATEWAY_LOGS', resource: 'gateway', dataProtectionPolicy: maskCredentials(scope) } as const;
    const { destination, group } = destinations.logs(scope, family, logStorageOf(scope, wanted));
    deliver(scope, origin, 'APPLICATION_LOGS', destination);
    names.applicationLogs = group.ref;
  }
  if (traces) {
    deliver(scope, origin, 'TRACES', destinations.traces(wanted.traceResourcePolicy ?? false));
  }
  return names;
}

/**
 * Creates the log group to which one endpoint of the runtime writes, before the service does it without expiry or key. The
 * text of commands is in it, and what the container prints: credentials in it are masked. Returns the name of the group.
 */
export function keepRuntimeLogs(
  scope: Construct,
  runtime: agentcore.Runtime,
  endpointName: string,
  wanted: AgentObservability,
): string {
  const name = `${RUNTIME_LOGS}/${runtime.agentRuntimeId}-${endpointName}`;
  const prefix = `${RUNTIME_LOGS}/${runtime.agentRuntimeName}-`;
  return logGroup(scope, 'RuntimeLogs', name, prefix, logStorageOf(scope, wanted), maskCredentials(scope)).ref;
}

function deliver(
  scope: Construct,
  { name, arn }: Origin,
  logType: keyof typeof SOURCES,
  destination: logs.CfnDeliveryDestination,
): void {
  const kind = SOURCES[logType];
  const source = new logs.CfnDeliverySource(scope, `${kind}Source`, {
    name: `${name}-${kind.toLowerCase()}`,
    logType,
    resourceArn: arn,
  });
  const delivery = new logs.CfnDelivery(scope, `${kind}Delivery`, {
    deliverySourceName: source.name,
    deliveryDestinationArn: destination.attrArn,
  });
  // by name and not by reference: without this the delivery could come first
  delivery.addResourceDependency(source);
  LogDestinations.of(scope).inTurn(delivery);
}
