import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { gatewayArnPattern } from './gateway-names';

const CONTEXT = 'kms:EncryptionContext:aws:bedrock-agentcore-gateway:arn';

/**
 * What the role of a gateway must be allowed on its key, limited to what this gateway stores.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-encryption.html
 */
export function encryptionStatements(scope: Construct, gatewayName: string, key: kms.IKey): iam.PolicyStatement[] {
  const gateway = gatewayArnPattern(scope, gatewayName);
  const resources = [key.keyArn];
  return [
    new iam.PolicyStatement({
      actions: ['kms:DescribeKey'],
      resources,
      conditions: { StringEquals: { 'kms:ViaService': `bedrock-agentcore.${Stack.of(scope).region}.amazonaws.com` } },
    }),
    new iam.PolicyStatement({
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources,
      conditions: { ArnLike: { [CONTEXT]: gateway } },
    }),
    new iam.PolicyStatement({
      actions: ['kms:CreateGrant'],
      resources,
      conditions: {
        ArnLike: { [CONTEXT]: gateway },
        StringEquals: { 'kms:GrantConstraintType': 'EncryptionContextSubset' },
      },
    }),
  ];
}
