import type { IResource } from 'aws-cdk-lib';
import { Token } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct, IDependable } from 'constructs';
import { invalidValue } from '../private/errors';

/** @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-filesystem-configurations.html */
export const MOST_MOUNTS = 5;
export const MOST_OF_KIND: Record<MountKind, number> = { 'session storage': 1, 'S3 Files': 2, EFS: 2 };

const LONGEST_PATH = 200;
const ALLOWED = '/mnt/ and one name of letters, digits, dot, underscore and dash, 6 to 200 characters in all';

/** the words that errors use for the kinds */
export type MountKind = 'session storage' | 'S3 Files' | 'EFS';

/** What a `Filesystem` tells the runtime that mounts it. */
export interface Mount {
  readonly kind: MountKind;
  readonly mountPath: string;
  /** only for file systems that sessions share */
  readonly shared?: SharedMount;
}

export interface SharedMount {
  readonly accessPoint: IResource;
  readonly accessPointArn: string;
  readonly fileSystem: IConstruct;
  readonly fileSystemArn: string;
  readonly readOnly: boolean;
  /** the prefix of its IAM actions */
  readonly service: 'elasticfilesystem' | 's3files';
  /** where its mount targets lie, as far as it says so */
  readonly vpc?: ec2.IVpc;
  readonly connections: ec2.Connections;
  readonly mountTargetsAvailable: IDependable;
  /** the rights of whoever mounts */
  readonly statements: iam.PolicyStatement[];
  /** problems of the file system that are known only when the app is complete */
  readonly problems?: () => string[];
  /** what the mounting agent should be warned about, by warning id */
  readonly warnings?: Record<string, string>;
}

/**
 * Checks a mount path and takes off a trailing slash, so that `/mnt/a` and `/mnt/a/` count as one.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-filesystem-configurations.html
 */
export function mountPathFrom(path: string): string {
  if (Token.isUnresolved(path)) {
    throw invalidValue('MountPathNotLiteral', {
      what: 'a mount path is known only at deployment',
      got: path,
      allowed: ALLOWED,
      fix: 'write it as a literal: clashes between mounts are found at synthesis',
    });
  }
  const name = /^\/mnt\/([A-Za-z0-9._-]+)\/?$/.exec(path)?.[1];
  if (name === undefined || name === '.' || name === '..' || path.length > LONGEST_PATH) {
    throw invalidValue('InvalidMountPath', {
      what: 'a mount path must lie exactly one level below /mnt',
      got: path,
      allowed: ALLOWED,
      fix: `use '${suggestion(path)}'`,
    });
  }
  return `/mnt/${name}`;
}

function suggestion(path: string): string {
  const words = path
    .split(/[^A-Za-z0-9_-]+/)
    .filter((word) => word !== '' && word !== 'mnt')
    .join('-');
  return `/mnt/${words.slice(0, 60) || 'workspace'}`;
}
