import { App, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Template } from 'aws-cdk-lib/assertions';
import { GatewayRole } from '../../lib/gateway/gateway-role';
import { thrownBy } from '../fixture';

/** reads so many secrets, of about 100 characters each */
const reading = (count: number, of = 'a'): iam.PolicyStatement[] => [
  new iam.PolicyStatement({
    actions: ['secretsmanager:GetSecretValue'],
    resources: Array.from({ length: count }, (_, i) => `arn:aws:s3:::${of}-${i}`.padEnd(100, '-')),
  }),
];

function makeRole(): GatewayRole {
  return new GatewayRole(new Stack(new App(), 'Agents'), 'Access', 'tools');
}

test('what small targets need shares a policy, and the next one begins when it is full', () => {
  const role = makeRole();
  const first = role.addForTarget(reading(5));
  expect(role.addForTarget(reading(5, 'b'))).toBe(first);
  const full = role.addForTarget(reading(40, 'c'));
  expect(full).toBe(first);
  expect(role.addForTarget(reading(1, 'd'))).not.toBe(first);
});

test('what the gateway itself needs is in a policy of its own, which does not wait for the gateway', () => {
  const role = makeRole();
  const before = role.addBefore(reading(1));
  expect(role.addForTarget(reading(1, 'b'))).not.toBe(before);
  expect(makeRole().addBefore([])).toBeUndefined();
});

test('more than ten policies do not fit on a role', () => {
  const role = makeRole();
  const add = (i: number) => role.addForTarget(reading(48, `x${i}`));
  Array.from({ length: 10 }, (_, i) => add(i));
  Template.fromStack(Stack.of(role)).resourceCountIs('AWS::IAM::ManagedPolicy', 10);
  const error = thrownBy(() => add(10));
  expect(error.code).toBe('TooManyGatewayPolicies');
  expect(error.text).toContain(
    'what the targets of this gateway need does not fit into the policies of one role (got ' +
      `'more than 10 policies'); allowed: 10 policies of 6144 characters; split the targets over two gateways`,
  );
});
