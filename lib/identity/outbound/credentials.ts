import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';

/*
 * The L2's credentials without its grants: those name every secret of AgentCore Identity in the account, and warn about
 * it. What the gateway needs is listed exactly in the bound identity.
 */

/** An API key; a header without prefix, for which the L2 would put `Bearer`, has none. */
export class ApiKeyCredential extends agentcore.ApiKeyCredentialProviderConfiguration {
  public override grantNeededPermissionsToRole(): undefined {
    return undefined;
  }

  public override _render(): agentcore.CfnGatewayTarget.CredentialProviderConfigurationProperty {
    const { credentialProviderType, providerArn, credentialLocation } = this;
    return {
      credentialProviderType,
      credentialProvider: {
        apiKeyCredentialProvider: {
          providerArn,
          credentialLocation: credentialLocation.credentialLocationType,
          credentialParameterName: credentialLocation.credentialParameterName,
          credentialPrefix: credentialLocation.credentialPrefix || undefined,
        },
      },
    };
  }
}

/** A token of an OAuth server. */
export class OAuthCredential extends agentcore.OAuthCredentialProviderConfiguration {
  public override grantNeededPermissionsToRole(): undefined {
    return undefined;
  }
}
