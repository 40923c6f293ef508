import type { CfnResource } from 'aws-cdk-lib';
import { AspectPriority, Aspects, Stack, Token, Validations } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import type { Acknowledgement } from './acknowledgements';

/** What of a policy is acknowledged: wildcard resources and wildcard actions. */
interface Wildcards {
  readonly resources: string[];
  readonly actions?: string[];
}

/**
 * Acknowledges wildcards of a policy on its L1 and by exact ids: an acknowledgement is inherited by everything below a
 * construct, and a broader one would hide what an app adds later.
 */
export function acknowledgeWildcards(policy: iam.ManagedPolicy, why: Acknowledgement, wildcards: Wildcards): void {
  const resources = wildcards.resources.map((arn) => `Resource::${flatten(Stack.of(policy).resolve(arn))}`);
  const actions = (wildcards.actions ?? []).map((action) => `Action::${action}`);
  Validations.of(policy.node.defaultChild ?? policy).acknowledge(
    ...[...resources, ...actions].map((finding) => ({
      id: `${why.rule}[${finding}]`,
      reason: `${why.reason} ${why.source}`,
    })),
  );
}

/**
 * The same for a policy that is complete now. If an app adds a statement to it nothing is acknowledged any more: cdk-nag
 * names a finding by its policy and its wildcard, so the new statement would hide behind ours.
 */
export function acknowledgeUnlessChanged(policy: iam.ManagedPolicy, why: Acknowledgement, wildcards: Wildcards): void {
  const written = textOf(policy);
  Aspects.of(policy).add(
    {
      visit: (node) => {
        if (node === policy && textOf(policy) === written) {
          acknowledgeWildcards(policy, why, wildcards);
        }
      },
    },
    { priority: AspectPriority.READONLY },
  );
}

/** Acknowledges a finding about one resource, whatever its properties. */
export function acknowledgeAt(resource: IConstruct, { rule, reason, source }: Acknowledgement): void {
  Validations.of(resource.node.defaultChild ?? resource).acknowledge({ id: rule, reason: `${reason} ${source}` });
}

/** A rule of `AgentCoreChecks` that the app opted out of by a prop, with the reason that it gave there. */
export interface OptOut {
  readonly rule: string;
  readonly reason: string;
}

/**
 * Accepts one finding of `AgentCoreChecks` at one resource, in the words of the app: they stand in the validation report.
 * A reason that is known only at deployment tells a reviewer nothing, so then the finding stays.
 */
export function acknowledgeOptOut(resource: CfnResource, { rule, reason }: OptOut): void {
  if (!Token.isUnresolved(reason)) {
    Validations.of(resource).acknowledge({ id: `AgentCoreChecks::${rule}`, reason });
  }
}

function textOf(policy: iam.ManagedPolicy): string {
  return JSON.stringify(Stack.of(policy).resolve(policy.document));
}

/** writes a resolved value the way cdk-nag names it in a finding: `<Ref>`, `<Resource.Attribute>`, joins in one line */
function flatten(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  const [[name, argument]] = Object.entries(value as Record<string, unknown>);
  if (name === 'Ref') {
    return `<${argument as string}>`;
  }
  if (name === 'Fn::GetAtt') {
    return `<${(argument as string[]).join('.')}>`;
  }
  if (name === 'Fn::Join') {
    const [separator, parts] = argument as [string, unknown[]];
    return parts.map(flatten).join(separator);
  }
  // an import or another function: cdk-nag names it otherwise, so the finding stays visible
  return JSON.stringify(value);
}
