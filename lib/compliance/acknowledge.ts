import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { Acknowledgement } from './acknowledgements';

/**
 * Acknowledges that one policy holds one wildcard resource.
 *
 * On the L1 and by its exact id: an acknowledgement is inherited by everything below a construct, and a broader one
 * would hide what an app adds later.
 */
export function acknowledgeWildcard(policy: IConstruct, { rule, reason, source }: Acknowledgement, resource: string): void {
  const leaf = policy.node.defaultChild ?? policy;
  const shown = flatten(Stack.of(policy).resolve(resource));
  Validations.of(leaf).acknowledge({ id: `${rule}[Resource::${shown}]`, reason: `${reason} ${source}` });
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
  const [separator, parts] = argument as [string, unknown[]];
  return parts.map(flatten).join(separator);
}
