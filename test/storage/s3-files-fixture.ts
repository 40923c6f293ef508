import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { S3FilesFileSystem } from '../../lib/storage/s3-files/file-system';
import type { S3FilesFileSystemProps } from '../../lib/storage/s3-files/file-system-props';
import { TestNetwork } from './network-fixture';

export interface Resource {
  readonly Type: string;
  readonly Properties: any;
  readonly DependsOn?: string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** A stack with a network, without account and region unless given. */
export function makeStack(env?: { account: string; region: string }): { stack: Stack; network: TestNetwork } {
  const stack = new Stack(new App(), 'Stack', { env });
  return { stack, network: new TestNetwork(stack) };
}

/** The file system that most tests look at. */
export function makeFileSystem(props: Partial<S3FilesFileSystemProps> = {}): {
  stack: Stack;
  network: TestNetwork;
  files: S3FilesFileSystem;
} {
  const { stack, network } = makeStack();
  return { stack, network, files: new S3FilesFileSystem(stack, 'Skills', { network, ...props }) };
}

/** All resources of a type, by logical id. */
export function resourcesOf(stack: Stack, type: string): [string, Resource][] {
  return Object.entries(Template.fromStack(stack).findResources(type)) as [string, Resource][];
}

/** Synthesizes as strictly as CloudFormation and its linter can; throws on any finding. */
export function strictly(build: (stack: Stack, network: TestNetwork) => void): void {
  const before = process.env.CDK_VALIDATION;
  delete process.env.CDK_VALIDATION;
  try {
    const context = {
      '@aws-cdk/core:validateAgainstDefaultRules': true,
      '@aws-cdk/core:strictCfnValidateErrors': true,
    };
    const stack = new Stack(new App({ context }), 'Strict');
    build(stack, new TestNetwork(stack));
    Template.fromStack(stack);
  } finally {
    process.env.CDK_VALIDATION = before;
  }
}
