import { Stack } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { LONGEST_PROVIDER_NAME, replaceableName } from '../../identity/provider-name';
import { bindSecret, type SecretReference } from '../../identity/secret-reference';

const ID = 'ModelKey';

/** The key of one agent in the Token Vault. */
export interface ModelKey {
  /** the name by which the session server asks for it */
  readonly credentialProvider: string;
  /** what the agent must be allowed */
  readonly statements: iam.PolicyStatement[];
  /** what the Deny list of the agent spares, and nothing beside it */
  readonly exception: KeyException;
}

export interface KeyException {
  /** what GetResourceApiKey is checked against */
  readonly vaultArns: string[];
  readonly secretArn: string;
}

/**
 * Puts a reference to a secret into the Token Vault, for one agent.
 *
 * Whoever asks the vault must also be allowed to read the secret behind it, as AWS documents; so code in the microVM can
 * read this one key. It is the price of a model outside AWS, and the reason why everything else stays denied.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/scope-credential-provider-access.html
 */
export function modelKeyOf(scope: Construct, runtimeName: string, secret: SecretReference, prop: string): ModelKey {
  const { config, pattern, statements } = bindSecret(scope, secret, prop);
  const name = replaceableName(scope, LONGEST_PROVIDER_NAME, ID);
  const provider = new agentcore.CfnApiKeyCredentialProvider(scope, ID, {
    name,
    apiKeySecretSource: 'EXTERNAL',
    apiKeySecretConfig: config,
  });
  const vaultArns = [provider.attrCredentialProviderArn, ...vaultOf(scope, runtimeName)];
  return {
    credentialProvider: name,
    statements: [
      new iam.PolicyStatement({ actions: ['bedrock-agentcore:GetResourceApiKey'], resources: vaultArns }),
      ...statements,
    ],
    exception: { vaultArns, secretArn: pattern },
  };
}

/** AgentCore makes the identity of a runtime and calls it by the runtime's id: the name, a dash and a suffix. */
export function workloadIdentityArn(scope: Construct, runtimeName: string): string {
  return `${directoryArn(scope)}/workload-identity/${runtimeName}-*`;
}

function vaultOf(scope: Construct, runtimeName: string): string[] {
  const vault = Stack.of(scope).formatArn({
    service: 'bedrock-agentcore',
    resource: 'token-vault',
    resourceName: 'default',
  });
  return [vault, directoryArn(scope), workloadIdentityArn(scope, runtimeName)];
}

function directoryArn(scope: Construct): string {
  return Stack.of(scope).formatArn({
    service: 'bedrock-agentcore',
    resource: 'workload-identity-directory',
    resourceName: 'default',
  });
}
