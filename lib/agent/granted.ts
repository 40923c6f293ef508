import { AspectPriority, Aspects } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { DENIED_ACTIONS, DENIED_BUT_FOR_ITS_KEY, isDenied } from '../contract/denied-actions';
import { warn } from '../private/errors';

/** A statement that allows something. */
export interface Allowed {
  readonly actions: string[];
  readonly resources: string[];
}

interface Written {
  readonly Effect?: string;
  readonly Action?: string | string[];
  readonly Resource?: string | string[];
}

/** What was granted to the role of an agent beside the policies that it is made with. */
export function grantedTo(role: iam.Role): Allowed[] {
  return role.node
    .findAll()
    .filter((node) => node instanceof iam.Policy)
    .flatMap(({ document }) => allowedIn(document));
}

export function allowedIn(document: iam.PolicyDocument): Allowed[] {
  const { Statement: statements = [] } = (document.toJSON() ?? {}) as { Statement?: Written[] };
  return statements
    .filter(({ Effect }) => Effect === 'Allow')
    .map(({ Action = [], Resource = [] }) => ({ actions: [Action].flat(), resources: [Resource].flat() }));
}

/** Warns, after the last grant, of what was granted for nothing: the Deny list outweighs it. */
export function checkGrants(agent: Construct, role: iam.Role): void {
  const denied = [...Object.values(DENIED_ACTIONS).flat(), ...DENIED_BUT_FOR_ITS_KEY];
  const visit = (node: unknown): void => {
    const actions = node === agent ? grantedTo(role).flatMap((statement) => statement.actions) : [];
    const lost = [...new Set(actions.filter((action) => isDenied(action, denied)))];
    if (lost.length > 0) {
      warn(agent, 'grantOutweighed', {
        what: 'a grant to the agent has no effect, since its Deny list outweighs it',
        got: lost.join(', '),
        allowed: 'what docs/decisions/0002-deny-list.md leaves open',
        fix: 'remove the grant; put what needs it behind a gateway, or into a role of its own that the agent may assume',
      });
    }
  };
  Aspects.of(agent).add({ visit }, { priority: AspectPriority.READONLY });
}

/**
 * Warns of grants to the role as the L2 knows it. It takes none: the L2 would add rights to everything of the account, and a
 * role of the CDK that takes no updates claims to have added what it drops.
 */
export function warnOfDropped(agent: Construct, role: iam.IRole): void {
  const warnOf = (what: string): void =>
    warn(agent, 'grantDropped', {
      what: "a grant to the L2 runtime, or to its role, is dropped: the agent's own role is made without it",
      got: what,
      allowed: 'grants to the agent itself',
      fix: 'use the CodingAgent as the grantee: bucket.grantRead(agent)',
    });
  const add = role.addToPrincipalPolicy.bind(role);
  const attach = role.addManagedPolicy.bind(role);
  Object.assign(role, {
    addToPrincipalPolicy(statement: iam.PolicyStatement): iam.AddToPrincipalPolicyResult {
      warnOf(statement.actions.join(', ') || 'a statement');
      return add(statement);
    },
    addToPolicy(statement: iam.PolicyStatement): boolean {
      return this.addToPrincipalPolicy(statement).statementAdded;
    },
    addManagedPolicy(policy: iam.IManagedPolicy): void {
      warnOf('a managed policy');
      attach(policy);
    },
  });
}
