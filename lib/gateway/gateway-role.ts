import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { BoundIdentity, FetchedCredential, OAuthGrant } from '../identity/bound-identity';
import { OAuthGrantType } from '../mixins/gateway-target-oauth-grant';
import { invalid } from '../private/errors';
import { LARGEST_POLICY, policySize } from '../private/policy-size';
import { gatewayArnPattern } from './gateway-names';

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MOST_POLICIES = 10;
/** a target takes at most about 1,000 characters: four ARNs, a secret, its key */
const ROOM_FOR_ONE_MORE = LARGEST_POLICY - 1500;

const GATEWAY_CONTEXT = 'kms:EncryptionContext:aws:bedrock-agentcore-gateway:arn';

/** The gateway, as the role must know it to name it exactly. */
interface NamedGateway {
  readonly gatewayId: string;
  readonly usesJwt: boolean;
}

/**
 * The role as which a gateway calls its targets.
 *
 * It is the upper bound of what any caller of the gateway can reach, so it names each provider, secret and function.
 * What the gateway needs to come into being stands in one policy before it; what targets need is added afterwards, when
 * the id of the gateway is known, and before each target.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-outbound-auth.html
 */
export class GatewayRole extends Construct {
  public readonly role: iam.Role;
  private before?: iam.ManagedPolicy;
  private readonly forTargets: iam.ManagedPolicy[] = [];

  public constructor(
    scope: Construct,
    id: string,
    private readonly gatewayName: string,
  ) {
    super(scope, id);
    this.role = new iam.Role(this, 'Role', {
      description: `Calls the targets of gateway ${gatewayName}`,
      assumedBy: new iam.ServicePrincipal('bedrock-agentcore.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': Stack.of(this).account },
          ArnLike: { 'aws:SourceArn': gatewayArnPattern(this, gatewayName) },
        },
      }),
    });
  }

  /** Adds what the gateway itself needs; what is returned must be there before it. */
  public addBefore(statements: iam.PolicyStatement[]): iam.ManagedPolicy | undefined {
    if (statements.length === 0) {
      return undefined;
    }
    this.before = this.policy('Policy', statements);
    return this.before;
  }

  /** Adds what one target needs; the target must wait for the policy that is returned. */
  public addForTarget(statements: iam.PolicyStatement[]): iam.ManagedPolicy {
    const current = this.forTargets.at(-1);
    if (current !== undefined && policySize(current) <= ROOM_FOR_ONE_MORE) {
      current.addStatements(...statements);
      return current;
    }
    this.checkCount();
    // counted by themselves: with those before the gateway, a key or a policy engine would rename them all
    const policy = this.policy(`Targets${this.forTargets.length + 1}`, statements);
    this.forTargets.push(policy);
    return policy;
  }

  /** What it takes to fetch one credential for callers of this gateway. */
  public fetchStatements(gateway: NamedGateway, { fetch, oauthGrant }: BoundIdentity): iam.PolicyStatement[] {
    if (fetch === undefined) {
      return [];
    }
    const directory = this.arn('workload-identity-directory', 'default');
    const identity = `${directory}/workload-identity/${gateway.gatewayId}`;
    const vault = this.arn('token-vault', 'default');
    return [
      new iam.PolicyStatement({
        actions: [
          'bedrock-agentcore:GetWorkloadAccessToken',
          ...(gateway.usesJwt ? ['bedrock-agentcore:GetWorkloadAccessTokenForJWT'] : []),
        ],
        resources: [directory, identity],
      }),
      new iam.PolicyStatement({
        actions: fetchActions(fetch, oauthGrant),
        resources: [vault, fetch.providerArn, directory, identity],
      }),
    ];
  }

  private policy(id: string, statements: iam.PolicyStatement[]): iam.ManagedPolicy {
    const policy = new iam.ManagedPolicy(this, id, {
      description: `What gateway ${this.gatewayName} may do`,
      // merged whatever the flags of the app say: providers and secrets share statements
      document: new iam.PolicyDocument({ minimize: true }),
      statements,
    });
    policy.attachToRole(this.role);
    return policy;
  }

  private checkCount(): void {
    const all = [...(this.before ? [this.before] : []), ...this.forTargets];
    if (all.length === MOST_POLICIES) {
      throw invalid(this, 'TooManyGatewayPolicies', {
        what: 'what the targets of this gateway need does not fit into the policies of one role',
        got: `more than ${MOST_POLICIES} policies`,
        allowed: `${MOST_POLICIES} policies of ${LARGEST_POLICY} characters`,
        fix: 'split the targets over two gateways',
      });
    }
  }

  private arn(resource: string, resourceName: string): string {
    return Stack.of(this).formatArn({ service: 'bedrock-agentcore', resource, resourceName });
  }
}

/** after a consent, the gateway finishes it for the person who calls again */
function fetchActions({ kind }: FetchedCredential, grant: OAuthGrant | undefined): string[] {
  if (kind === 'apiKey') {
    return ['bedrock-agentcore:GetResourceApiKey'];
  }
  return grant?.grantType === OAuthGrantType.AUTHORIZATION_CODE
    ? ['bedrock-agentcore:CompleteResourceTokenAuth', 'bedrock-agentcore:GetResourceOauth2Token']
    : ['bedrock-agentcore:GetResourceOauth2Token'];
}

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
      conditions: { ArnLike: { [GATEWAY_CONTEXT]: gateway } },
    }),
    new iam.PolicyStatement({
      actions: ['kms:CreateGrant'],
      resources,
      conditions: {
        ArnLike: { [GATEWAY_CONTEXT]: gateway },
        StringEquals: { 'kms:GrantConstraintType': 'EncryptionContextSubset' },
      },
    }),
  ];
}
