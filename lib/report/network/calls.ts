import { AGENTCORE, capacityProviderOf } from '../../template/resource';
import { WITH_ENDPOINTS, endpointsOf } from '../../template/endpoints';
import type { Resource } from '../../template/resource';
import type { Value } from '../../template/value';
import type { Entry } from '../reader/facts';
import { entry, sorted, sortedBy } from '../reader/facts';
import type { Reader } from '../reader/reader';

/** Where AgentCore resources and functions run, and which hosts AgentCore calls for them. */
export function callsOf(reader: Reader): Entry[] {
  return [
    ...reader.resourcesOf(...Object.keys(RUNS)).map((resource) => runEntry(resource, RUNS[resource.type], reader)),
    ...reader.resourcesOf('AWS::Lambda::Function').flatMap((fn) => functionEntry(fn, reader)),
    ...hosts(reader),
  ];
}

const HARNESS_NETWORK = ['Environment', 'AgentCoreRuntimeEnvironment', 'NetworkConfiguration'];

const RUNS: Record<string, { kind: string; network: string[] }> = {
  [`${AGENTCORE}BrowserCustom`]: { kind: 'browser', network: ['NetworkConfiguration'] },
  [`${AGENTCORE}CodeInterpreterCustom`]: { kind: 'code interpreter', network: ['NetworkConfiguration'] },
  [`${AGENTCORE}Harness`]: { kind: 'harness', network: HARNESS_NETWORK },
  [`${AGENTCORE}Runtime`]: { kind: 'runtime', network: ['NetworkConfiguration'] },
};

function runEntry(resource: Resource, { kind, network }: { kind: string; network: string[] }, reader: Reader): Entry {
  const provider = capacityProviderOf(resource);
  if (provider !== undefined) {
    return onInstances(resource, provider, reader);
  }
  const configuration = resource.get(...network);
  const vpc: Value[] = ['NetworkModeConfig', 'VpcConfig'].map((key) => configuration.get(key));
  const all = (key: string): string[] =>
    sorted(vpc.flatMap((config) => config.get(key).items).flatMap((item) => reader.about(item) ?? []));
  return entry({
    name: reader.nameOf(resource),
    kind: `network of a ${kind}`,
    mode: reader.text(configuration.get('NetworkMode')) ?? 'PUBLIC',
    subnets: all('Subnets'),
    securityGroups: all('SecurityGroups'),
  });
}

/** Instances are in the VPC of their capacity provider, whatever the runtime says. */
function onInstances(runtime: Resource, provider: Value, reader: Reader): Entry {
  const configuration = runtime.get('CapacityProviderConfiguration');
  const vpc = provider.resource?.get('ComputeConfiguration', 'Ec2Configuration', 'VpcConfiguration');
  const all = (key: string): string[] =>
    sorted((vpc?.get(key).items ?? []).flatMap((item) => reader.about(item) ?? []));
  return entry({
    name: reader.nameOf(runtime),
    kind: 'network of a runtime',
    // a condition or a parameter may leave the capacity provider out
    mode: configuration.unknown
      ? `known at deployment (${reader.text(configuration)})`
      : 'VPC of its capacity provider',
    capacityProvider: configuration.unknown ? undefined : (reader.about(provider) ?? 'unknown'),
    subnets: all('Subnets'),
    securityGroups: all('SecurityGroups'),
  });
}

/** one in a VPC has the ways of its security groups; one outside has the internet */
function functionEntry(fn: Resource, reader: Reader): Entry[] {
  const vpc = fn.get('VpcConfig');
  const groups = vpc.get('SecurityGroupIds').items.flatMap((group) => reader.about(group) ?? []);
  return [
    entry({
      name: reader.nameOf(fn),
      kind: 'network of a function',
      mode: vpc.get('SubnetIds').empty ? 'PUBLIC' : 'VPC',
      securityGroups: sorted(groups),
    }),
  ];
}

function hosts(reader: Reader): Entry[] {
  const calls = reader.resourcesOf(...WITH_ENDPOINTS).flatMap((resource) =>
    endpointsOf(resource).map(({ url, path, isPrivate }) => {
      const value = resource.get(...path.split('.').slice(1));
      return {
        host: hostOf(value.text === url ? (reader.text(value) ?? url) : url),
        by: reader.nameOf(resource),
        isPrivate,
      };
    }),
  );
  const byHost = new Map<string, typeof calls>();
  calls.forEach((call) => byHost.set(call.host, [...(byHost.get(call.host) ?? []), call]));
  return sortedBy([...byHost], ([host]) => host).map(([name, all]) =>
    entry({
      name,
      kind: 'host that AgentCore calls',
      for: sorted(all.filter(({ isPrivate }) => !isPrivate).map(({ by }) => by)),
      throughVpcFor: sorted(all.filter(({ isPrivate }) => isPrivate).map(({ by }) => by)),
    }),
  );
}

function hostOf(url: string): string {
  return /^\w+:\/\/((?:\$\{[^}]*\}|[^/?#])+)/.exec(url)?.[1] ?? url;
}
