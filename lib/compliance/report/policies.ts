import type { Assembly } from '../../checks/assembly';
import { POLICIES } from '../../checks/policies';
import type { Resource } from '../../checks/template-resource';
import type { Value } from '../../checks/template-value';

export const HOLDERS = ['AWS::IAM::Role', 'AWS::IAM::User', 'AWS::IAM::Group'];

/** the policies that are resources of their own */
export const ATTACHED = POLICIES.filter((type) => !HOLDERS.includes(type));

/** Who a policy says it is for. */
export function attachedTo(policy: Resource): Value[] {
  return ['Roles', 'Users', 'Groups', 'RoleName', 'UserName', 'GroupName'].flatMap((key) => policy.get(key).items);
}

/** The policy documents of a policy, or the inline ones of a role, user or group. */
export function documentsOf(resource: Resource): Value[] {
  return [
    ...resource.get('Policies').items.map((policy) => policy.get('PolicyDocument')),
    resource.get('PolicyDocument'),
  ];
}

/** Attached from the side of the holder or from the side of the policy, and once if from both. */
export function policiesByHolder(assembly: Assembly): Map<Resource, Resource[]> {
  const held = new Map<Resource, Set<Resource>>();
  for (const holder of assembly.resourcesOf(...HOLDERS)) {
    const arns = holder.get('ManagedPolicyArns').items.flatMap(({ resource }) => resource ?? []);
    held.set(holder, new Set([holder, ...arns.filter(({ type }) => type === 'AWS::IAM::ManagedPolicy')]));
  }
  for (const policy of assembly.resourcesOf(...ATTACHED)) {
    attachedTo(policy).forEach(({ resource }) => resource !== undefined && held.get(resource)?.add(policy));
  }
  return new Map([...held].map(([holder, policies]) => [holder, [...policies]]));
}
