import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { Environment } from 'aws-cdk-lib';
import { AgentNetwork } from '../../lib/network/agent-network';
import type { AgentNetworkProps } from '../../lib/network/agent-network-props';
import { Egress } from '../../lib/network/egress';

export const IRELAND: Environment = { account: '111122223333', region: 'eu-west-1' };

export const MODES: [string, () => Egress][] = [
  ['awsOnly', () => Egress.awsOnly()],
  ['allowList', () => Egress.allowList(['github.com', '.npmjs.org'])],
  ['internet', () => Egress.internet()],
];

export function newStack(env?: Environment): Stack {
  return new Stack(new App(), 'Stack', { env });
}

export function newNetwork(
  props?: AgentNetworkProps,
  env?: Environment,
): { network: AgentNetwork; template: Template } {
  const stack = newStack(env);
  const network = new AgentNetwork(stack, 'Network', props);
  return { network, template: Template.fromStack(stack) };
}

/** All occurrences of a value in a template, as paths. */
export function pathsTo(value: unknown, inside: unknown, path = ''): string[] {
  if (inside === value) {
    return [path];
  }
  if (typeof inside !== 'object' || inside === null) {
    return [];
  }
  return Object.entries(inside).flatMap(([key, child]) => pathsTo(value, child, `${path}/${key}`));
}
