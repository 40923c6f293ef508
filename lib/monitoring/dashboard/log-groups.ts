import { Stack } from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { IConstruct } from 'constructs';

/** The log group to which a delivery of this construct leads; none where it was switched off. */
export function deliveredTo(owner: IConstruct, kind: 'Logs' | 'Usage'): string[] {
  const delivery = owner.node.tryFindChild(`${kind}Delivery`) as logs.CfnDelivery | undefined;
  if (delivery === undefined) {
    return [];
  }
  const stack = Stack.of(owner);
  const arnOf = (value: string): string => JSON.stringify(stack.resolve(value));
  const destination = stack.node
    .findAll()
    .find(
      (found): found is logs.CfnDeliveryDestination =>
        found instanceof logs.CfnDeliveryDestination && arnOf(found.attrArn) === arnOf(delivery.deliveryDestinationArn),
    );
  const group = destination?.node.scope?.node.tryFindChild(`${destination.node.id}-Group`);
  return group instanceof logs.CfnLogGroup ? [group.ref] : [];
}

/** A log group that the construct made itself, by its id. */
export function ownGroup(owner: IConstruct, id: string): string[] {
  const group = owner.node.tryFindChild(id);
  if (group instanceof logs.CfnLogGroup) {
    return [group.ref];
  }
  return group instanceof logs.LogGroup ? [group.logGroupName] : [];
}
