import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { IAgentNetwork } from '../../network/contracts';
import type { S3FilesImportRule } from './synchronization';

/** Properties of an `S3FilesFileSystem`. */
export interface S3FilesFileSystemProps {
  /**
   * Where the file system can be mounted: it gets a mount target in each zone of this network, in the first subnet of
   * that zone. A file system serves one VPC; a public network is an error.
   */
  readonly network: IAgentNetwork;

  /**
   * The bucket to mount. It must keep versions, be encrypted with SSE-S3 or SSE-KMS, and lie in the region and account
   * of the stack; its policy must not keep S3 Files out.
   *
   * @default - a new bucket: versioned, closed to the public, TLS only, encrypted
   */
  readonly bucket?: s3.IBucket;

  /**
   * The part of the bucket to mount: names that each end with a slash, such as `agents/`; at most 1024 characters.
   * Changing it replaces the file system.
   *
   * @default - all of the bucket
   */
  readonly prefix?: string;

  /**
   * The KMS key that encrypts the fast storage of the file system, and the new bucket (SSE-KMS with a bucket key).
   * Changing it replaces the file system. A bucket of yours keeps the key it has.
   *
   * It must be symmetric and usable through IAM policies of the account, as a `kms.Key` is unless its policy was
   * replaced.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-files-encryption.html
   * @default - a key that AWS owns for the file system, SSE-S3 for the new bucket
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Where the new bucket logs who accessed it through the S3 API.
   *
   * @default - no access log
   */
  readonly serverAccessLogsBucket?: s3.IBucket;

  /**
   * How long the new bucket keeps what was overwritten or deleted, in whole days. Each change of a file is a new
   * version of an object, and versions are paid for.
   *
   * @default Duration.days(30)
   */
  readonly noncurrentVersionExpiration?: Duration;

  /**
   * Which files are copied to the fast storage ahead of their use; at most ten rules. Where none of them is about the
   * whole file system, the service's default for it is added.
   *
   * @default - files under 128 KiB, when their directory is first accessed
   */
  readonly importRules?: S3FilesImportRule[];

  /**
   * After how long without a read the copy of a file leaves the fast storage, 1 to 365 whole days. The file itself
   * stays, in the bucket.
   *
   * @default Duration.days(30)
   */
  readonly expireAfter?: Duration;

  /**
   * A folder on disk that each deployment copies into the file system, under its own name: `./skills` appears as
   * `/skills`, so that an access point with the path `/skills` shows its files.
   *
   * Nothing is deleted: files that are no longer in the folder stay. Zipped and unzipped together it must fit into
   * 512 MB. The files belong to root with mode 0644 and their directories with 0755, so agents read them, cannot
   * change them, and start scripts by their interpreter (`sh run.sh`) because nothing is executable.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-files-posix-permissions.html
   * @default - nothing is copied
   */
  readonly seed?: string;

  /**
   * The directory that the content of `seed` is copied to, such as `/team/skills`; `/` for the root. Together with
   * `prefix` at most 100 characters: letters, digits, spaces and `. _ - + = @ :`.
   *
   * @default - the name of the folder, below the root
   */
  readonly seedPath?: string;

  /**
   * Whether to go on although the service warns about the bucket. It warns about prefixes with some 12 million objects
   * and more, where renaming a directory takes hours.
   *
   * @default false - creation fails where there is a warning
   */
  readonly acceptBucketWarning?: boolean;

  /**
   * What happens to the file system, its role and policies, and the new bucket when they leave the stack. Mount targets
   * and access points go in any case, they can be made again.
   *
   * With `DESTROY` the service still refuses to delete a file system with changes that are not in the bucket yet, and
   * a bucket that is not empty. `SNAPSHOT` is an error.
   *
   * @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
   */
  readonly removalPolicy?: RemovalPolicy;
}

/** What is known of a file system that exists. Give its id or its ARN. */
export interface S3FilesFileSystemAttributes {
  /**
   * `fs-` and 17 to 40 hexadecimal digits.
   *
   * @default - taken from `fileSystemArn`
   */
  readonly fileSystemId?: string;

  /**
   * `arn:aws:s3files:<region>:<account>:file-system/fs-...`
   *
   * @default - made from `fileSystemId`, in the account and region of the stack
   */
  readonly fileSystemArn?: string;

  /**
   * The security group of its mount targets.
   *
   * @default - not known: allow TCP 2049 from the agents yourself; a warning reminds you
   */
  readonly securityGroup?: ec2.ISecurityGroup;

  /**
   * The VPC of its mount targets.
   *
   * @default - not known, so agents of another VPC are found only at deployment
   */
  readonly vpc?: ec2.IVpc;
}
