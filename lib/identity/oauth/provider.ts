import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type { Construct } from 'constructs';
import { LONGEST_PROVIDER_NAME, replaceableName } from '../provider-name';
import type { BoundSecret } from '../secret-reference';

type Input = agentcore.CfnOAuth2CredentialProvider.Oauth2ProviderConfigInputProperty;

/** What CloudFormation is told of a client at one vendor. */
export interface OAuthProviderConfig {
  /** one of CloudFormation's vendors */
  readonly vendor: string;
  readonly input: Input;
}

/** The part that all vendors take: which client, and where its secret is. */
export interface OAuthClientConfig {
  readonly clientId: string;
  readonly clientSecretSource?: string;
  readonly clientSecretConfig?: BoundSecret['config'];
}

export interface OAuthProvider {
  readonly name: string;
  readonly providerArn: string;
  readonly callbackUrl: string;
}

/** A client with its secret left in Secrets Manager. */
export function clientWith(clientId: string, secret: BoundSecret): OAuthClientConfig {
  return { clientId, clientSecretSource: 'EXTERNAL', clientSecretConfig: secret.config };
}

/** Makes the credential provider; another vendor makes another one, with another name and callback URL. */
export function makeProvider(scope: Construct, id: string, { vendor, input }: OAuthProviderConfig): OAuthProvider {
  const name = replaceableName(scope, LONGEST_PROVIDER_NAME, `${id}\n${vendor}`);
  const provider = new agentcore.CfnOAuth2CredentialProvider(scope, id, {
    name,
    credentialProviderVendor: vendor,
    oauth2ProviderConfigInput: input,
  });
  return { name, providerArn: provider.attrCredentialProviderArn, callbackUrl: provider.attrCallbackUrl };
}
