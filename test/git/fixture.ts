import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import { GitCredential } from '../../lib/git/git-credential';
import type { GitCredentialProps } from '../../lib/git/git-credential';
import { GitHubAppBroker } from '../../lib/git/github-app-broker';
import type { GitHubAppBrokerProps } from '../../lib/git/github-app-broker-props';
import { GitHubAppKey } from '../../lib/git/github-app-key';
import type { GitHubAppOptions } from '../../lib/git/github-app-options';
import { STRICT } from '../fixture';

export const ENV = { account: '111122223333', region: 'eu-west-1' };
export const KEY_ARN = 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555';

export function makeStack(context: Record<string, unknown> = {}, env: typeof ENV | undefined = ENV): Stack {
  return new Stack(new App({ context }), 'Stack', { env });
}

/** An App whose key lies in KMS. */
export function appOf(stack: Stack): GitHubAppOptions {
  return {
    clientId: 'Iv23liAbCdEfGhIjKlMn',
    installationId: 12345678,
    key: GitHubAppKey.kms(
      (stack.node.tryFindChild('SigningKey') as kms.IKey | undefined) ??
        kms.Key.fromKeyArn(stack, 'SigningKey', KEY_ARN),
    ),
    repositories: ['acme/web', 'acme/api'],
  };
}

export function makeBroker(props: Partial<GitHubAppBrokerProps> = {}, stack = makeStack()): Made<GitHubAppBroker> {
  return { stack, made: new GitHubAppBroker(stack, 'GitHubApp', { ...appOf(stack), ...props }) };
}

export function makeCredential(props: Partial<GitCredentialProps> = {}, stack = makeStack()): Made<GitCredential> {
  return { stack, made: new GitCredential(stack, 'Clone', { ...appOf(stack), ...props }) };
}

export interface Made<T> {
  readonly stack: Stack;
  readonly made: T;
}

/** A file of the folder that is uploaded as the code of a function, and the name of that folder. */
export function packed(stack: Stack, logicalIdStart: string): { hash: string; read: (file: string) => string } {
  const assembly = (stack.node.root as App).synth();
  const { template } = assembly.getStackByName(stack.stackName);
  const [[, { Properties }]] = Object.entries<any>(template.Resources).filter(
    ([id, { Type }]) => Type === 'AWS::Lambda::Function' && id.startsWith(logicalIdStart),
  );
  const hash = String(Properties.Code.S3Key).replace('.zip', '');
  return { hash, read: (file) => readFileSync(join(assembly.directory, `asset.${hash}`, file), 'utf8') };
}

/** Synthesizes as strictly as CloudFormation and its linter can; throws on any finding. */
export function strictly(env: typeof ENV | undefined, build: (stack: Stack) => void): void {
  const before = process.env.CDK_VALIDATION;
  delete process.env.CDK_VALIDATION;
  try {
    const stack = makeStack(STRICT, env);
    build(stack);
    (stack.node.root as App).synth();
  } finally {
    process.env.CDK_VALIDATION = before;
  }
}
