import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledgeUnlessChanged } from '../../private/acknowledge';
import { Acknowledgements } from '../../private/acknowledgements';
import { describe } from '../../private/errors';
import { LARGEST_POLICY, policySize } from '../../private/policy-size';
import type { IMcpGateway } from '../contracts';
import { providerArn } from '../provider-name';

/** a portal id is the name, a dash and ten characters */
const ID_SUFFIX = '-??????????';

interface ConsentPortalRoleProps {
  readonly portalName: string;
  readonly gateway: IMcpGateway;
}

/**
 * The role that a consent portal assumes.
 *
 * Providers are named by ARNs made of their names: a reference would make the portal wait for the providers of the
 * targets, which may wait for the portal.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/identity-consent-portal-execution-role.html
 */
export class ConsentPortalRole extends Construct {
  public readonly roleArn: string;
  private readonly policy: iam.ManagedPolicy;
  private readonly directory: string[];

  public constructor(scope: Construct, id: string, { portalName, gateway }: ConsentPortalRoleProps) {
    super(scope, id);
    const directory = this.arn('workload-identity-directory', 'default');
    this.directory = [directory, `${directory}/workload-identity/${gateway.gatewayId}`];
    this.policy = new iam.ManagedPolicy(this, 'Policy', {
      description: `What consent portal ${portalName} may do`,
      document: new iam.PolicyDocument({ minimize: true }),
      statements: [
        statement(['GetGateway', 'GetGatewayTarget', 'ListGatewayTargets'], [gateway.gatewayArn]),
        statement(['GetWorkloadAccessTokenForJWT'], this.directory),
      ],
    });
    this.policy.node.addValidation({ validate: () => this.sizeProblems() });
    const names = new iam.ManagedPolicy(this, 'ListPolicy', {
      description: `Consent portal ${portalName} lists credential providers`,
      statements: [statement(['ListOauth2CredentialProviders'], [this.vault, this.anyProvider])],
    });
    acknowledgeUnlessChanged(names, Acknowledgements.CONSENT_PROVIDER_NAMES, { resources: [this.anyProvider] });
    const role = new iam.Role(this, 'Role', {
      description: `Assumed by consent portal ${portalName}`,
      assumedBy: this.trust(portalName),
    });
    // named in the policy and not in the role: `cdk diff --fail-on broadening` sees only what is attached this way
    [this.policy, names].forEach((policy) => policy.attachToRole(role));
    this.roleArn = role.roleArn;
  }

  /** Adds one credential provider, and the right to read its secret. */
  public addProvider(providerName: string, secretStatements: iam.PolicyStatement[]): void {
    const provider = providerArn(this, 'oauth2credentialprovider', providerName);
    this.policy.addStatements(
      statement(['GetOauth2CredentialProvider'], [this.vault, provider]),
      // AWS's page says * here; these are the resources that IAM knows for the two actions
      statement(['CompleteResourceTokenAuth', 'GetResourceOauth2Token'], [this.vault, provider, ...this.directory]),
      ...secretStatements,
    );
  }

  private trust(portalName: string): iam.IPrincipal {
    return new iam.ServicePrincipal('bedrock-agentcore.amazonaws.com', {
      conditions: {
        StringEquals: { 'aws:SourceAccount': Stack.of(this).account },
        ArnLike: { 'aws:SourceArn': this.arn('consent-portal', portalName + ID_SUFFIX) },
      },
    });
  }

  /** measured late, since targets add providers */
  private sizeProblems(): string[] {
    const size = policySize(this.policy);
    return size <= LARGEST_POLICY
      ? []
      : [
          describe({
            what: 'what the consent portal may do does not fit into one policy of IAM',
            got: `about ${size} characters`,
            allowed: `at most ${LARGEST_POLICY}`,
            fix: 'let targets share secrets, or split them over two gateways with a portal each',
          }),
        ];
  }

  private get vault(): string {
    return this.arn('token-vault', 'default');
  }

  private get anyProvider(): string {
    return providerArn(this, 'oauth2credentialprovider', '*');
  }

  private arn(resource: string, resourceName: string): string {
    return Stack.of(this).formatArn({ service: 'bedrock-agentcore', resource, resourceName });
  }
}

function statement(actions: string[], resources: string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions: actions.map((action) => `bedrock-agentcore:${action}`), resources });
}
