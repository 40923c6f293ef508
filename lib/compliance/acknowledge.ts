import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { Acknowledgement } from './acknowledgements';

/**
 * Acknowledges that one policy holds these wildcard resources and, if any, these wildcard actions.
 *
 * On the L1 and by exact ids: an acknowledgement is inherited by everything below a construct, and a broader one would
 * hide what an app adds later.
 */
export function acknowledgeWildcards(
  policy: IConstruct,
  { rule, reason, source }: Acknowledgement,
  resources: string[],
  actions: string[] = [],
): void {
  const shown = resources.map((resource) => flatten(Stack.of(policy).resolve(resource)));
  const findings = [...shown.map((arn) => `Resource::${arn}`), ...actions.map((action) => `Action::${action}`)];
  Validations.of(policy.node.defaultChild ?? policy).acknowledge(
    ...findings.map((finding) => ({ id: `${rule}[${finding}]`, reason: `${reason} ${source}` })),
  );
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
