import { ArnFormat, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { providerArn } from './outbound-provider-name';
import { secretStatements } from './secret-reference';
import { invalidValue } from '../private/errors';

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
   * For targets with `OutboundIdentity.bot`, `onBehalfOf` or `userConsent`: to fetch their credentials while the target
   * is made, changed or synchronized. Names end in patterns where AgentCore makes up the end.
   *
   * @param scope gives account and region
   */
  public static forTargets(scope: Construct, props: DeploymentRightsProps): iam.PolicyStatement[] {
    const { stackName, secrets = [] } = props;
    const vault = arn(scope, 'token-vault', 'default');
    const directory = arn(scope, 'workload-identity-directory', 'default');
    const identity = `${directory}/workload-identity/${checked(props.gatewayName) + ID_SUFFIX}`;
    const keys = providerArn(scope, 'apikeycredentialprovider', `${stackName}-*`);
    const tokens = providerArn(scope, 'oauth2credentialprovider', `${stackName}-*`);
    return [
      allow(['GetWorkloadAccessToken', 'GetWorkloadAccessTokenForUserId'], [directory, identity]),
      allow(['GetResourceApiKey'], [vault, keys, directory, identity]),
      allow(['CompleteResourceTokenAuth', 'GetResourceOauth2Token'], [vault, tokens, directory, identity]),
      ...secrets.flatMap((secret) => secretStatements(scope, secret, 'DeploymentRights')),
    ];
  }

  /**
   * For policies on tool calls: AgentCore checks that whoever writes them may call the gateway, or creating them fails
   * with `Insufficient permissions to call gateway`. `ManageAdminPolicy`, for policies that name no gateway, takes no
   * resource in IAM and is not among them: the library writes policies for one gateway.
   *
   * @param scope gives account and region
   * @param gatewayName the name of the gateway
   */
  public static forPolicies(scope: Construct, gatewayName: string): iam.PolicyStatement[] {
    const gateway = arn(scope, 'gateway', checked(gatewayName) + ID_SUFFIX);
    return [allow(['InvokeGateway', 'ManageResourceScopedPolicy'], [gateway])];
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

function arn(scope: Construct, resource: string, resourceName: string): string {
  return Stack.of(scope).formatArn({ service: 'bedrock-agentcore', resource, resourceName });
}

function allow(actions: string[], resources: string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions: actions.map((action) => `bedrock-agentcore:${action}`), resources });
}
