import type { CfnResource, IResource } from 'aws-cdk-lib';
import { RemovalPolicy } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { invalid } from '../private/errors';

export interface RemovalTargets {
  readonly resources: CfnResource[];
  readonly owned: (IResource | undefined)[];
}

/**
 * Keeps, or removes, as one: a file system that is kept without its role could no longer write to the bucket, and one
 * that is kept without its policy would be open to mounts that were refused before.
 */
export function applyRemovalPolicy(
  scope: IConstruct,
  policy: RemovalPolicy = RemovalPolicy.RETAIN,
  targets: RemovalTargets,
): void {
  if (policy === RemovalPolicy.SNAPSHOT) {
    throw invalid(scope, 'SnapshotNotSupported', {
      what: 'a file system of S3 Files has no snapshots',
      got: 'RemovalPolicy.SNAPSHOT',
      allowed: 'RETAIN, RETAIN_ON_UPDATE_OR_DELETE or DESTROY',
      fix: 'use RETAIN; old versions of files stay in the bucket',
    });
  }
  targets.resources.forEach((resource) => resource.applyRemovalPolicy(policy));
  targets.owned.forEach((resource) => resource?.applyRemovalPolicy(policy));
}
