import { createHash } from 'node:crypto';
import { ArnFormat, Names, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

const HASH_LENGTH = 8;
/** underscores are valid in a name and not in the ARN that is made of it */
const STYLE = { separator: '-', allowedSpecialCharacters: '-' };

/** @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/bedrock-agentcore-limits.html */
export const LONGEST_PROVIDER_NAME = 128;

type ProviderKind = 'apikeycredentialprovider' | 'oauth2credentialprovider';

/**
 * A name out of the stack and the path, for what CloudFormation cannot rename.
 *
 * `createOnly` is what makes CloudFormation replace the resource: it creates the new one first, so that one needs
 * another name. The path is hashed too, since different paths can read the same when they are joined.
 */
export function replaceableName(scope: Construct, longest: number, createOnly: string): string {
  const hash = createHash('sha256').update(`${scope.node.path}\n${createOnly}`).digest('hex').slice(0, HASH_LENGTH);
  return `${Names.uniqueResourceName(scope, { ...STYLE, maxLength: longest - HASH_LENGTH - 1 })}-${hash}`;
}

/** The ARN of a provider by its name, for policies that must not wait for the provider. */
export function providerArn(scope: Construct, kind: ProviderKind, name: string): string {
  return Stack.of(scope).formatArn({
    service: 'bedrock-agentcore',
    resource: 'token-vault',
    resourceName: `default/${kind}/${name}`,
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
}
