import { AspectPriority, Aspects, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Need, Openings } from '../contract/reach';
import { HTTPS_PORT, serviceOfAction, textOfNeed, unreachedOf } from '../contract/reach';
import { AgentNetwork } from '../network/agent-network';
import type { IAgentNetwork } from '../network/contracts';
import { openingsOf } from '../network/openings';
import { warn } from '../private/errors';
import { type Allowed, allowedIn, grantedTo } from './granted';

/** An agent with everything that decides what its sessions reach. */
interface Reach {
  readonly network: IAgentNetwork;
  readonly securityGroups: readonly ec2.ISecurityGroup[];
  readonly role: iam.Role;
  /** what the agent may do before anything is granted to it */
  readonly policies: readonly iam.ManagedPolicy[];
  /** what the parts of the agent connect to */
  readonly needs: readonly Need[];
}

/**
 * Warns of everything that sessions of an agent need and its network does not open.
 *
 * A right is no way: CloudFormation deploys such an agent, and its first job fails with a time-out. The check runs at
 * the end of synthesis, after the last grant and the last endpoint.
 */
export function checkReach(agent: Construct, reach: Reach): void {
  const visit = (node: unknown): void => {
    if (node === agent) {
      warnOfUnreached(agent, reach);
    }
  };
  Aspects.of(agent).add({ visit }, { priority: AspectPriority.READONLY });
}

function warnOfUnreached(agent: Construct, reach: Reach): void {
  const { network, securityGroups, role, policies, needs } = reach;
  const granted = grantedTo(role);
  const allowed = [...granted, ...policies.flatMap(({ document }) => allowedIn(document))];
  const openings = openingsOf(network, securityGroups);
  const unreached = unreachedOf([...needs, ...needsOf(allowed)], openings);
  const names = unreached.map(nameOf);
  // the first one says best what it is for
  for (const need of unreached.filter((_, index) => names.indexOf(names[index]) === index)) {
    warn(agent, `unreachable:${nameOf(need)}`, {
      what: 'the network of the agent does not lead to something that its sessions connect to',
      got: textOfNeed(need),
      fix: `${lineFor(need, network, openings)}; if another route leads there, acknowledge this warning`,
    });
  }
  if (network instanceof AgentNetwork) {
    warnOfShutBuckets(agent, network, granted);
  }
}

/** The first part of S3's policy is that of the role, the second that of the endpoint: both have to allow a bucket. */
function warnOfShutBuckets(agent: Construct, network: AgentNetwork, granted: readonly Allowed[]): void {
  const arns = granted
    .filter(({ actions }) => actions.some((action) => action.toLowerCase().startsWith('s3:')))
    .flatMap(({ resources }) => resources)
    .filter((arn) => Token.isUnresolved(arn) || /:s3:::[^*?]+$/.test(arn.replace(/\/.*$/, '')));
  const shut = arns.find((arn) => !network._opensBucket(arn));
  if (shut !== undefined) {
    warn(agent, 'unreachableBucket', {
      what: "the agent may use a bucket that its network's endpoint for Amazon S3 does not let through",
      got: shut,
      fix: 'add network.allowBucket(bucket), with { write: true } if the agent writes to it',
    });
  }
}

function needsOf(allowed: readonly Allowed[]): Need[] {
  const actions = allowed.flatMap((statement) => statement.actions);
  return actions.flatMap((action) => {
    const service = serviceOfAction(action);
    return service === undefined ? [] : [{ service, purpose: `the right ${action}` }];
  });
}

function nameOf({ service, host, port = HTTPS_PORT }: Need): string {
  return `${service ?? host ?? 'vendor'}${port === HTTPS_PORT ? '' : `:${port}`}`;
}

/** The line of code that opens the network. */
function lineFor(need: Need, network: IAgentNetwork, { domains }: Openings): string {
  const { service, host, port = HTTPS_PORT } = need;
  const isAgentNetwork = network instanceof AgentNetwork;
  if (service !== undefined) {
    return endpointLine(service, isAgentNetwork);
  }
  if (port !== HTTPS_PORT && (domains === 'any' || !isAgentNetwork)) {
    return `add network.connections.allowTo(ec2.Peer.anyIpv4(), ec2.Port.tcp(${port}))`;
  }
  if (port !== HTTPS_PORT) {
    return 'move the server to port 443, the only port that the firewall of an allow list lets through, or use Egress.internet()';
  }
  const domain = host === undefined ? '<the hosts that its vendor documents>' : `'${host}'`;
  if (!isAgentNetwork) {
    return 'give egress: Egress.internet() to AgentNetwork.fromVpc(...), with subnets that have a NAT gateway';
  }
  return domains === 'any' || domains.length === 0
    ? `set egress: Egress.allowList([${domain}]) of the network`
    : `add ${domain} to Egress.allowList([...]) of the network`;
}

function endpointLine(service: string, isAgentNetwork: boolean): string {
  if (service === 'dynamodb' || service === 's3') {
    const value = `ec2.GatewayVpcEndpointAwsService.${service.toUpperCase()}`;
    const vpc = isAgentNetwork ? 'network.vpc' : 'vpc';
    // an interface endpoint of these two has no private DNS names, so clients would not use it
    return `add ${vpc}.addGatewayEndpoint('${pascal(service)}', { service: ${value} }), and let the agents' security group reach its prefix list`;
  }
  return isAgentNetwork
    ? `add network.addInterfaceEndpoint(${constantOf(service)})`
    : `add vpc.addInterfaceEndpoint('${pascal(service)}', { service: ${constantOf(service)} })`;
}

/** The name of a service in the CDK. */
function constantOf(service: string): string {
  const named = Object.entries(ec2.InterfaceVpcEndpointAwsService).filter(
    ([, value]) => (value as { shortName?: string } | undefined)?.shortName === service,
  );
  // of two names the first one is deprecated
  const [name] = named.pop() ?? [];
  return name === undefined
    ? `new ec2.InterfaceVpcEndpointAwsService('${service}')`
    : `ec2.InterfaceVpcEndpointAwsService.${name}`;
}

function pascal(service: string): string {
  return service.replace(/(?:^|[.-])([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
