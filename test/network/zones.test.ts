import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { zoneOf } from '../../lib/network/availability-zones';
import { newStack } from './helpers';

test.each([
  ['its zone', 'eu-west-1a', 'eu-west-1a'],
  ['its id where the zone is not known', undefined, 'subnet-1'],
])('a subnet has %s', (_what, availabilityZone, expected) => {
  const subnet = ec2.Subnet.fromSubnetAttributes(newStack(), 'Subnet', { subnetId: 'subnet-1', availabilityZone });
  expect(zoneOf(subnet)).toBe(expected);
});
