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
    ...reader.resourcesOf(`${AGENTCORE}CapacityProvider`).map((provider) => capacityProviderEntry(provider, reader)),
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
    return instancesEntry(resource, provider, reader);
  }
  const configuration = resource.get(...network);
  const vpc: Value[] = ['NetworkModeConfig', 'VpcConfig'].map((key) => configuration.get(key));
  return entry({
    name: reader.nameOf(resource),
    kind: `network of a ${kind}`,
    mode: reader.text(configuration.get('NetworkMode')) ?? 'PUBLIC',
    subnets: named('Subnets', vpc, reader),
    securityGroups: named('SecurityGroups', vpc, reader),
    allowedPorts: portsOf(resource, reader),
  });
}

/** a runtime on instances is in the VPC of its capacity provider, whatever its own configuration says */
function instancesEntry(runtime: Resource, provider: Value, reader: Reader): Entry {
  const { resource } = provider;
  const configuration = runtime.get('CapacityProviderConfiguration');
  const vpc = resource === undefined ? [] : [vpcOf(resource)];
  return entry({
    name: reader.nameOf(runtime),
    kind: 'network of a runtime',
    // a condition or a parameter may leave the capacity provider out
    mode: configuration.unknown ? `known at deployment (${reader.text(configuration)})` : 'VPC of a capacity provider',
    capacityProvider: configuration.unknown ? undefined : reader.about(provider),
    subnets: named('Subnets', vpc, reader),
    securityGroups: named('SecurityGroups', vpc, reader),
    allowedPorts: portsOf(runtime, reader),
  });
}

function capacityProviderEntry(provider: Resource, reader: Reader): Entry {
  const vpc = vpcOf(provider);
  return entry({
    name: reader.nameOf(provider),
    kind: 'network of a capacity provider',
    mode: 'VPC',
    // all of it is one reference where the deployment decides
    vpc: vpc.unknown ? reader.text(vpc) : undefined,
    subnets: vpc.unknown ? [] : named('Subnets', [vpc], reader),
    securityGroups: vpc.unknown ? [] : named('SecurityGroups', [vpc], reader),
  });
}

function vpcOf(provider: Resource): Value {
  return provider.get('ComputeConfiguration', 'Ec2Configuration', 'VpcConfiguration');
}

function named(key: string, configurations: Value[], reader: Reader): string[] {
  const items = configurations.flatMap((configuration) => configuration.get(key).items);
  return sorted(items.flatMap((item) => reader.about(item) ?? []));
}

/** each opens a public URL for every session */
function portsOf(runtime: Resource, reader: Reader): string[] {
  const ports = runtime.get('AllowedPorts');
  return ports.items.map((port) => reader.text(port.get('Port').absent ? port : port.get('Port')) ?? '').sort();
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
