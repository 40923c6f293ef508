import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { ArnFormat, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { providerArn } from './provider-name';
import { secretStatements } from './secret-reference';
import { invalidValue } from '../private/errors';
import { checkKeyPlace } from '../private/keys';
import { checkWebAcl } from '../private/web-acl';

const ID_SUFFIX = '-??????????';
const NETWORK_SERVICE = 'identity-network.bedrock-agentcore.amazonaws.com';

/** What the stack of a gateway deploys. */
export interface DeploymentRightsProps {
  /** The name of the gateway: `gatewayName`, or what the template says. */
  readonly gatewayName: string;

  /** The name of the stack that holds its targets: credential providers are named after it. */
  readonly stackName: string;

  /**
   * The secrets to which the identities of its targets refer.
   *
   * @default - none
   */
  readonly secrets?: secretsmanager.ISecret[];

  /**
   * The keys with which their clients sign: those of `privateKeyJwt`.
   *
   * @default - none
   */
  readonly keys?: kms.IKey[];
}

/**
 * What the role that deploys a gateway needs besides the rights to create resources. AgentCore does not tell the two
 * apart: whoever makes a target that it asks for its tools must be allowed to fetch the credential, too.
 *
 * The execution role of `cdk bootstrap` is an administrator and needs none of it. Attach these statements to a narrower
 * one: `cdk bootstrap --cloudformation-execution-policies <arn>`.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-target-MCPservers.html
 */
export class DeploymentRights {
  /**
   * For targets with `OutboundIdentity.bot`, `clientCredentials`, `onBehalfOf` or `userConsent`: to fetch their
   * credentials while the target is made, changed or synchronized. Names end in patterns where AgentCore makes up the end.
   *
   * Errors: secrets and keys that their identities would refuse, too.
   *
   * @param scope gives account and region
   */
  public static forTargets(scope: Construct, props: DeploymentRightsProps): iam.PolicyStatement[] {
    const { stackName, secrets = [], keys = [] } = props;
    const vault = arn(scope, 'token-vault', 'default');
    const directory = arn(scope, 'workload-identity-directory', 'default');
    const identity = `${directory}/workload-identity/${checked(props.gatewayName) + ID_SUFFIX}`;
    const apiKeys = providerArn(scope, 'apikeycredentialprovider', `${stackName}-*`);
    const tokens = providerArn(scope, 'oauth2credentialprovider', `${stackName}-*`);
    return [
      allow(['GetWorkloadAccessToken', 'GetWorkloadAccessTokenForUserId'], [directory, identity]),
      allow(['GetResourceApiKey'], [vault, apiKeys, directory, identity]),
      allow(['CompleteResourceTokenAuth', 'GetResourceOauth2Token'], [vault, tokens, directory, identity]),
      ...secrets.flatMap((secret) => secretStatements(scope, secret, 'DeploymentRights')),
      ...signingStatements(scope, keys),
    ];
  }

  /**
   * For a gateway with search by meaning, which is on unless a target lists its tools at each request: AgentCore asks
   * for the right to synchronize its targets from whoever makes it.
   *
   * @param scope gives account and region
   * @param gatewayName the name of the gateway
   */
  public static forSemanticSearch(scope: Construct, gatewayName: string): iam.PolicyStatement[] {
    return [allow(['SynchronizeGatewayTargets'], [gatewayArn(scope, gatewayName)])];
  }

  /**
   * For policies on tool calls: AgentCore checks that whoever writes them may call the gateway, or creating them fails
   * with `Insufficient permissions to call gateway`.
   *
   * It is enough for policies that name tools. One that permits or forbids everything, such as `ToolPolicy.permitAll()`
   * or `permitCallers(...)`, is written for any gateway and needs `forWildcardPolicies` besides.
   *
   * @param scope gives account and region
   * @param gatewayName the name of the gateway
   */
  public static forPolicies(scope: Construct, gatewayName: string): iam.PolicyStatement[] {
    return [allow(['InvokeGateway', 'ManageResourceScopedPolicy'], [gatewayArn(scope, gatewayName)])];
  }

  /**
   * For policies that name no tools: Cedar's `resource is AgentCore::Gateway`, which `ToolPolicy.permitAll()` and
   * `permitCallers(...)` write, since AgentCore takes a named gateway only together with named tools.
   *
   * The action takes no resource in IAM, so this is `*`: attach it as a policy of its own. Whoever has it may write such
   * policies for every gateway whose policies he may write at all.
   */
  public static forWildcardPolicies(): iam.PolicyStatement[] {
    return [allow(['ManageAdminPolicy'], ['*'])];
  }

  /**
   * For a gateway with `webAclArn`: to put it behind the web ACL, and to take it away before the gateway is deleted.
   *
   * Errors: what is not the ARN of a regional web ACL.
   *
   * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-waf.html
   */
  public static forWebAcl(scope: Construct, gatewayName: string, webAclArn: string): iam.PolicyStatement[] {
    return webAclStatements(scope, gatewayArn(scope, gatewayName), webAclArn);
  }

  /**
   * For a gateway with `encryptionKey`: to let the gateway and its policy engine use the key. The policy of the key must
   * leave it to IAM who may, as a key of the CDK does.
   *
   * AWS documents the part for the policy engine; that for the gateway is known from its managed policy
   * BedrockAgentCoreFullAccess alone.
   *
   * Errors: an alias; a key of another region.
   *
   * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/policy-encryption.html
   */
  public static forEncryptionKey(scope: Construct, gatewayName: string, key: kms.IKey): iam.PolicyStatement[] {
    return encryptionKeyStatements(scope, gatewayArn(scope, gatewayName), key);
  }

  /**
   * For the first private endpoint of an account: it makes a service-linked role.
   *
   * @param scope gives the account
   */
  public static forPrivateEndpoints(scope: Construct): iam.PolicyStatement[] {
    return [
      new iam.PolicyStatement({
        actions: ['iam:CreateServiceLinkedRole'],
        resources: [
          Stack.of(scope).formatArn({
            service: 'iam',
            region: '',
            resource: 'role',
            resourceName: `aws-service-role/${NETWORK_SERVICE}/*`,
            arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
          }),
        ],
        conditions: { StringEquals: { 'iam:AWSServiceName': NETWORK_SERVICE } },
      }),
    ];
  }

  private constructor() {}
}

function checked(gatewayName: string): string {
  if (!Token.isUnresolved(gatewayName) && !/^[0-9a-z](-?[0-9a-z])*$/.test(gatewayName)) {
    throw invalidValue('InvalidDeployedGateway', {
      what: 'gatewayName of DeploymentRights is not the name of a gateway',
      got: gatewayName,
      allowed: 'lower-case letters, digits and single hyphens between them, without the id that AgentCore appends',
      fix: 'copy Name of AWS::BedrockAgentCore::Gateway from the template',
    });
  }
  return gatewayName;
}

function gatewayArn(scope: Construct, gatewayName: string): string {
  return arn(scope, 'gateway', checked(gatewayName) + ID_SUFFIX);
}

function arn(scope: Construct, resource: string, resourceName: string): string {
  return Stack.of(scope).formatArn({ service: 'bedrock-agentcore', resource, resourceName });
}

function allow(actions: string[], resources: string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions: actions.map((action) => `bedrock-agentcore:${action}`), resources });
}

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
function signingStatements(scope: Construct, keys: kms.IKey[]): iam.PolicyStatement[] {
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
function webAclStatements(scope: Construct, gateway: string, webAclArn: string): iam.PolicyStatement[] {
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
function encryptionKeyStatements(scope: Construct, gateway: string, key: kms.IKey): iam.PolicyStatement[] {
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
