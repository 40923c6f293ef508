/* What services refuse, though the registry does not say it. Each rule has its source. */
import type { Made } from './account';

interface Rule {
  readonly title: string;
  readonly source: string;
  readonly type: string;
  readonly problem: (made: Made, others: readonly Made[], old: Made | undefined) => string | undefined;
}

export const SERVICE_RULES: readonly Rule[] = [
  {
    title: 'subnets of a VPC do not overlap, also while one replaces the other',
    source: 'https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html',
    type: 'AWS::EC2::Subnet',
    problem: ({ properties, physical }, others) => {
      const twin = others.find(
        (other) =>
          other.written.Type === 'AWS::EC2::Subnet' &&
          other.physical !== physical &&
          other.properties.VpcId === properties.VpcId &&
          overlap(other.properties.CidrBlock, properties.CidrBlock),
      );
      return twin && `overlaps with ${twin.id}`;
    },
  },
  {
    title: 'a runtime stays on microVMs or on its capacity provider',
    source: 'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-instances.html',
    type: 'AWS::BedrockAgentCore::Runtime',
    problem: ({ properties }, _, old) =>
      old !== undefined &&
      (properties.CapacityProviderConfiguration === undefined) !==
        (old.properties.CapacityProviderConfiguration === undefined)
        ? 'changes between microVMs and instances'
        : undefined,
  },
  {
    title: 'a VPC has one gateway endpoint of a service, also while one replaces the other',
    source: 'https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html',
    type: 'AWS::EC2::VPCEndpoint',
    problem: ({ properties, physical }, others) => {
      const key = ({ properties: { VpcId, ServiceName, PrivateDnsEnabled } }: Pick<Made, 'properties'>): string =>
        JSON.stringify([VpcId, ServiceName, PrivateDnsEnabled]);
      const isUnique = properties.VpcEndpointType === 'Gateway' || properties.PrivateDnsEnabled === true;
      const twin = others.find(
        (other) =>
          other.written.Type === 'AWS::EC2::VPCEndpoint' &&
          other.physical !== physical &&
          key(other) === key({ properties }),
      );
      return isUnique && twin !== undefined ? `is there twice, beside ${twin.id}` : undefined;
    },
  },
  {
    title: 'a log group is delivered to once by a source and a type of logs',
    source: 'https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateDelivery.html',
    type: 'AWS::Logs::Delivery',
    problem: ({ properties, physical }, others) => {
      const key = ({ properties: { DeliverySourceName, DeliveryDestinationArn } }: Pick<Made, 'properties'>): string =>
        JSON.stringify([DeliverySourceName, DeliveryDestinationArn]);
      const twin = others.find(
        (other) =>
          other.written.Type === 'AWS::Logs::Delivery' &&
          other.physical !== physical &&
          key(other) === key({ properties }),
      );
      return twin && `is there already, as ${twin.id}`;
    },
  },
  {
    title: 'Transaction Search is turned on once',
    source:
      'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Transaction-Search-Cloudformation.html',
    type: 'AWS::XRay::TransactionSearchConfig',
    problem: ({ physical }, others) => {
      const twin = others.find(
        (other) => other.written.Type === 'AWS::XRay::TransactionSearchConfig' && other.physical !== physical,
      );
      return twin && 'is on already';
    },
  },
];

/** Why a service refuses what is being made or changed. */
export function ruleProblems(what: 'created' | 'updated', made: Made, others: readonly Made[], old?: Made): string[] {
  return SERVICE_RULES.filter(({ type }) => type === made.written.Type).flatMap(({ problem }) => {
    const found = problem(made, others, old);
    return found === undefined ? [] : [`${made.stack}/${made.id} (${made.written.Type}): ${what}, ${found}`];
  });
}

function overlap(one: unknown, other: unknown): boolean {
  if (typeof one !== 'string' || typeof other !== 'string' || !one.includes('/') || !other.includes('/')) {
    // one that is computed at deployment is compared as a whole
    return JSON.stringify(one) === JSON.stringify(other);
  }
  const [a, b] = [rangeOf(one), rangeOf(other)];
  return a[0] <= b[1] && b[0] <= a[1];
}

function rangeOf(cidr: string): [number, number] {
  const [address, bits] = cidr.split('/');
  const first = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return [first, first + 2 ** (32 - Number(bits)) - 1];
}
