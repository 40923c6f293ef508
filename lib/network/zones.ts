import type * as ec2 from 'aws-cdk-lib/aws-ec2';

/** The zone of a subnet. An imported subnet throws when it was not told its own; it then counts as a zone by itself. */
export function zoneOf(subnet: ec2.ISubnet): string {
  try {
    return subnet.availabilityZone;
  } catch {
    return subnet.subnetId;
  }
}
