import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

/** Whether nobody got the right. */
export function isDropped(grant: iam.Grant, grantee: iam.IGrantable): boolean {
  return !grant.success || isSwallowed(grantee.grantPrincipal);
}

/** A role that takes no updates claims to have added what it dropped; one that did add has a policy to show. */
export function isSwallowed(principal: iam.IPrincipal | undefined): boolean {
  return Construct.isConstruct(principal) && !principal.node.children.some((child) => child instanceof iam.Policy);
}
