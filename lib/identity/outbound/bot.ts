import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type { Construct } from 'constructs';
import { ApiKeyScheme } from '../api-key-scheme';
import type { BoundIdentity } from '../bound-identity';
import { ApiKeyCredential } from './checks';
import { LONGEST_PROVIDER_NAME, replaceableName } from '../provider-name';
import type { SecretReference } from '../secret-reference';
import { bindSecret } from '../secret-reference';

const ID = 'ApiKey';

/** The key of a service account. */
export interface BotProps extends SecretReference {
  /**
   * Where in the request the key stands.
   *
   * @default - ApiKeyScheme.bearer(): `Authorization: Bearer <key>`
   */
  readonly scheme?: ApiKeyScheme;
}

export function bindBot(scope: Construct, props: BotProps): BoundIdentity {
  const { config, statements } = bindSecret(scope, props, 'OutboundIdentity.bot');
  const provider = new agentcore.CfnApiKeyCredentialProvider(scope, ID, {
    name: replaceableName(scope, LONGEST_PROVIDER_NAME, ID),
    apiKeySecretSource: 'EXTERNAL',
    apiKeySecretConfig: config,
  });
  const providerArn = provider.attrCredentialProviderArn;
  return {
    credential: new ApiKeyCredential({
      providerArn,
      secretArn: config.secretId,
      credentialLocation: (props.scheme ?? ApiKeyScheme.bearer())._render(),
    }),
    fetch: { kind: 'apiKey', providerArn },
    statements,
    actor: `the account that the API key belongs to, the same for every caller`,
    dependencies: [],
  };
}
