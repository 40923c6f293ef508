import { Aws, CfnMapping, Stack, Token } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { invalid } from '../private/errors';

/** the day on which the zones were compared with AWS's page */
const ZONES_DATED = '2026-11-30';

/**
 * The availability zone ids in which AgentCore can place network interfaces; other zones fail when an agent is made.
 * Ids, not names: 'us-east-1a' is another zone in every account, 'use1-az1' is the same in all.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/agentcore-vpc.html
 */
const SUPPORTED_ZONE_IDS: Readonly<Record<string, readonly string[]>> = {
  'ap-northeast-1': zones('apne1', 1, 2, 4),
  'ap-northeast-2': zones('apne2', 1, 2, 3),
  'ap-south-1': zones('aps1', 1, 2, 3),
  'ap-south-2': zones('aps2', 1, 2, 3),
  'ap-southeast-1': zones('apse1', 1, 2, 3),
  'ap-southeast-2': zones('apse2', 1, 2, 3),
  'ap-southeast-5': zones('apse5', 1, 2, 3),
  'ap-southeast-7': zones('apse7', 1, 2, 3),
  'ca-central-1': zones('cac1', 1, 2, 4),
  'eu-central-1': zones('euc1', 1, 2, 3),
  'eu-north-1': zones('eun1', 1, 2, 3),
  'eu-south-1': zones('eus1', 1, 2, 3),
  'eu-south-2': zones('eus2', 1, 2, 3),
  'eu-west-1': zones('euw1', 1, 2, 3),
  'eu-west-2': zones('euw2', 1, 2, 3),
  'eu-west-3': zones('euw3', 1, 2, 3),
  'sa-east-1': zones('sae1', 1, 2, 3),
  'us-east-1': zones('use1', 1, 2, 4),
  'us-east-2': zones('use2', 1, 2, 3),
  'us-gov-west-1': zones('usgw1', 1, 2, 3),
  'us-west-1': zones('usw1', 1, 3),
  'us-west-2': zones('usw2', 1, 2, 3),
};

function zones(prefix: string, ...numbers: number[]): string[] {
  return numbers.map((number) => `${prefix}-az${number}`);
}

/** the context key under which an app names the zone ids of regions that AWS opened later */
const CONTEXT_KEY = 'cdk-coding-agents:availabilityZoneIds';
const ZONE_ID = /^[a-z0-9]+-az\d$/;

/** The supported zone ids of a region, or an error that lists the supported regions. */
export function supportedZoneIds(scope: Construct, region: string): readonly string[] {
  const ids = zoneIdsInContext(scope)[region] ?? SUPPORTED_ZONE_IDS[region];
  if (ids === undefined) {
    throw invalid(scope, 'UnsupportedRegion', {
      what: `AgentCore runs no agents in a VPC of this region (as of ${ZONES_DATED})`,
      got: region,
      allowed: Object.keys(SUPPORTED_ZONE_IDS).join(', '),
      fix: `deploy the stack to one of these regions; if AWS has opened this one since, write its zone ids into \`context\` in cdk.json: "${CONTEXT_KEY}": { "${region}": ["...-az1", "...-az2"] }`,
    });
  }
  return ids;
}

function zoneIdsInContext(scope: Construct): Record<string, string[] | undefined> {
  const given: unknown = scope.node.tryGetContext(CONTEXT_KEY) ?? {};
  const lists: unknown[] =
    typeof given === 'object' && !Array.isArray(given) ? Object.values(given as object) : [given];
  const odd = lists.find(
    (ids) => !Array.isArray(ids) || ids.length === 0 || ids.some((id) => typeof id !== 'string' || !ZONE_ID.test(id)),
  );
  if (odd !== undefined) {
    throw invalid(scope, 'InvalidZonesInContext', {
      what: `the context '${CONTEXT_KEY}' does not name zone ids by region`,
      got: JSON.stringify(odd),
      allowed: 'an object with a list of zone ids, not names, for each region',
      fix: `write for example "${CONTEXT_KEY}": { "mx-central-1": ["mxc1-az1", "mxc1-az2"] }`,
    });
  }
  return given as Record<string, string[]>;
}

/** `count` zone ids for the region of the stack: literals if it is known, else a look-up by region at deployment. */
export function chooseZoneIds(scope: Construct, count: number): string[] {
  const region = Stack.of(scope).region;
  if (Token.isUnresolved(region)) {
    return zoneIdsOfAnyRegion(scope, count);
  }
  const ids = supportedZoneIds(scope, region);
  if (ids.length < count) {
    throw invalid(scope, 'TooFewAvailabilityZones', {
      what: `AgentCore supports only ${ids.length} availability zones in ${region}`,
      got: count,
      fix: `set maxAzs to ${ids.length}`,
    });
  }
  return ids.slice(0, count);
}

function zoneIdsOfAnyRegion(scope: Construct, count: number): string[] {
  const columns = ['First', 'Second', 'Third'].slice(0, count);
  // a region with too few zones has no row: naming a missing row is an error before anything is created
  const rows = Object.entries(SUPPORTED_ZONE_IDS)
    .filter(([, ids]) => ids.length >= count)
    .map(([region, ids]) => [region, Object.fromEntries(columns.map((column, i) => [column, ids[i]]))] as const);
  const mapping = new CfnMapping(scope, 'AvailabilityZoneIds', { mapping: Object.fromEntries(rows) });
  return columns.map((column) => mapping.findInMap(Aws.REGION, column));
}

/** The zone of a subnet. An imported subnet throws when it was not told its own; it then counts as a zone by itself. */
export function zoneOf(subnet: ec2.ISubnet): string {
  try {
    return subnet.availabilityZone;
  } catch {
    return subnet.subnetId;
  }
}
