import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { checkKeyPlace } from '../private/keys';
import { checkWebAcl } from '../private/web-acl';

const GATEWAY_CONTEXT = 'kms:EncryptionContext:aws:bedrock-agentcore-gateway:arn';
const ENGINE_CONTEXT = 'kms:EncryptionContext:aws:bedrock-agentcore-policy:policy-engine-arn';
/** what a policy engine may be granted; AWS's page lists exactly these */
const ENGINE_GRANTS = [
  'Encrypt',
  'Decrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
];
const SIGNATURES = ['RSASSA_PKCS1_V1_5_SHA_256', 'RSASSA_PSS_SHA_256', 'ECDSA_SHA_256'];

/** To sign as the clients whose key lies in KMS. */
export function signingStatements(scope: Construct, keys: kms.IKey[]): iam.PolicyStatement[] {
  keys.forEach((key) => checkKeyPlace(scope, key, 'an entry of keys', 'region'));
  const resources = keys.map(({ keyArn }) => keyArn);
  return keys.length === 0
    ? []
    : [
        new iam.PolicyStatement({ actions: ['kms:DescribeKey'], resources }),
        new iam.PolicyStatement({
          actions: ['kms:Sign'],
          resources,
          conditions: { StringEquals: { 'kms:SigningAlgorithm': SIGNATURES } },
        }),
      ];
}

/** To put a gateway behind a web ACL, and to take it away again. */
export function webAclStatements(scope: Construct, gateway: string, webAclArn: string): iam.PolicyStatement[] {
  checkWebAcl(scope, webAclArn);
  const own = ['GatewayAssociateWebACL', 'GatewayDisassociateWebACL', 'GatewayGetWebACLForResource'];
  return [
    new iam.PolicyStatement({ actions: own.map((action) => `bedrock-agentcore:${action}`), resources: [gateway] }),
    new iam.PolicyStatement({
      actions: ['wafv2:AssociateWebACL', 'wafv2:DisassociateWebACL', 'wafv2:GetWebACLForResource'],
      resources: [webAclArn, gateway],
    }),
    new iam.PolicyStatement({ actions: ['wafv2:GetWebACL'], resources: [webAclArn] }),
  ];
}

/** To let a gateway and its policy engine use a key: AgentCore asks KMS in the name of whoever makes them. */
export function encryptionKeyStatements(scope: Construct, gateway: string, key: kms.IKey): iam.PolicyStatement[] {
  checkKeyPlace(scope, key, 'the key of the gateway', 'region');
  const stack = Stack.of(scope);
  const resources = [key.keyArn];
  const viaService = { 'kms:ViaService': `bedrock-agentcore.${stack.region}.amazonaws.com` };
  // the id of an engine is not known before it is made
  const engines = stack.formatArn({ service: 'bedrock-agentcore', resource: 'policy-engine', resourceName: '*' });
  const grant = (context: Record<string, string>, operations: string[]): iam.PolicyStatement =>
    new iam.PolicyStatement({
      actions: ['kms:CreateGrant'],
      resources,
      conditions: {
        StringEquals: { ...viaService, 'kms:GrantConstraintType': 'EncryptionContextSubset' },
        ArnLike: context,
        'ForAllValues:StringEquals': { 'kms:GrantOperations': operations },
      },
    });
  return [
    new iam.PolicyStatement({ actions: ['kms:DescribeKey'], resources, conditions: { StringEquals: viaService } }),
    new iam.PolicyStatement({
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources,
      conditions: { StringEquals: viaService, ArnLike: { [ENGINE_CONTEXT]: engines } },
    }),
    grant({ [ENGINE_CONTEXT]: engines }, ENGINE_GRANTS),
    grant({ [GATEWAY_CONTEXT]: gateway }, ['Decrypt', 'GenerateDataKey']),
  ];
}
