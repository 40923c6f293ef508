import type { IResource } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IDependable } from 'constructs';

/** An Amazon S3 Files file system: a bucket that can be mounted over NFS. */
export interface IS3FilesFileSystem extends IResource, ec2.IConnectable {
  /**
   * The ARN of the file system.
   * @attribute
   */
  readonly fileSystemArn: string;

  /**
   * The id of the file system, `fs-...`.
   * @attribute
   */
  readonly fileSystemId: string;

  /**
   * Ready when every mount target is; a client that starts earlier cannot mount.
   *
   * For an imported file system it holds nothing: its mount targets are expected to exist.
   */
  readonly mountTargetsAvailable: IDependable;

  /**
   * The VPC in which the mount targets lie; a file system serves one VPC.
   *
   * @default - unknown, as for an imported file system, so that clashes with the agent's VPC go unnoticed
   */
  readonly vpc?: ec2.IVpc;
}

/** An S3 Files access point: one directory of a file system, seen as one POSIX user. */
export interface IS3FilesAccessPoint extends IResource {
  /**
   * The ARN of the access point, which names its file system too.
   * @attribute
   */
  readonly accessPointArn: string;

  /**
   * The id of the access point, `fsap-...`.
   * @attribute
   */
  readonly accessPointId: string;

  /** The file system that this access point opens. */
  readonly fileSystem: IS3FilesFileSystem;

  /** Lets a role mount this access point and read. An agent gets this when it mounts; it is for other clients. */
  grantRead(grantee: iam.IGrantable): iam.Grant;

  /** Lets a role mount this access point, read and write. An agent gets this when it mounts; it is for other clients. */
  grantReadWrite(grantee: iam.IGrantable): iam.Grant;
}
