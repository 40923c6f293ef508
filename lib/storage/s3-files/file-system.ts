import type { CfnResource, IResource } from 'aws-cdk-lib';
import { RemovalPolicy, Resource, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import * as s3files from 'aws-cdk-lib/aws-s3files';
import type { IDependable } from 'constructs';
import { Construct, DependencyGroup } from 'constructs';
import type { IAgentNetwork } from '../../network/contracts';
import { NFS_PORT, checkNetwork } from '../../network/security-groups';
import { invalid } from '../../private/errors';
import { checkKeyPlace } from '../../private/keys';
import type { S3FilesAccessPointOptions } from './access-point';
import { S3FilesAccessPoint } from './access-point';
import { bucketOf } from './bucket';
import type { IS3FilesFileSystem } from './contracts';
import type { S3FilesFileSystemAttributes, S3FilesFileSystemProps } from './file-system-props';
import { fileSystemPolicy } from './grants';
import { importFileSystem } from './import';
import { checkKeyPrefix } from './path';
import { synchronizationRole } from './role';
import { seedBucket } from './seed';
import { synchronizationOf } from './synchronization';
import { checkProps } from '../../private/kinds';

interface RemovalTargets {
  readonly resources: CfnResource[];
  readonly owned: (IResource | undefined)[];
}

/**
 * A bucket that agents mount as a directory: an S3 Files file system with all it needs, for which aws-cdk has no L2.
 *
 * It makes the bucket, the role with which S3 Files keeps bucket and file system the same, a mount target in each zone
 * of the network, and a policy under which nobody mounts without TLS, without an access point, or as root. What is
 * written to a file reaches the bucket about a minute after the last write; what is written to the bucket appears in
 * the file system; in a conflict the bucket wins.
 *
 * Reading objects through the S3 API passes by the POSIX permissions: grant access to the bucket with care.
 *
 * Nothing can reach the mount targets until an agent mounts an access point, or until you open `connections`.
 *
 * Limits: one VPC, 25,000 access points, no hard links.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-files.html
 */
export class S3FilesFileSystem extends Resource implements IS3FilesFileSystem {
  /**
   * A file system that exists, made by another stack or by hand. Give its id or its ARN; in one app pass the construct
   * itself instead.
   *
   * Errors: neither or both given, or not those of an S3 Files file system.
   */
  public static fromS3FilesFileSystemAttributes(
    scope: Construct,
    id: string,
    attrs: S3FilesFileSystemAttributes,
  ): IS3FilesFileSystem {
    return importFileSystem(scope, id, attrs);
  }

  /** @attribute */
  public readonly fileSystemArn: string;

  /** @attribute */
  public readonly fileSystemId: string;

  /** The bucket behind the file system. */
  public readonly bucket: s3.IBucket;

  /** The role that S3 Files assumes to read and write the bucket. */
  public readonly role: iam.IRole;

  /** The way to the mount targets, TCP 2049. Rules made through it belong to this stack, not to the network's. */
  public readonly connections: ec2.Connections;

  /** Ready when every mount target is, and when `seed` is copied. */
  public readonly mountTargetsAvailable: IDependable;

  /**
   * The VPC in which the mount targets lie.
   *
   * @default - always set
   */
  public readonly vpc?: ec2.IVpc;

  /** Errors: a public network, a bucket without versions or of another region, and whatever its props rule out. */
  public constructor(scope: Construct, id: string, props: S3FilesFileSystemProps) {
    super(scope, id);
    checkProps(this, 'S3FilesFileSystemProps', props);
    const { network, prefix = '' } = props;
    checkMountable(this, network);
    checkNetwork(this, network, 'the file system');
    if (props.encryptionKey !== undefined) {
      checkKeyPlace(this, props.encryptionKey, 'the key of the file system', 'region');
    }
    checkKeyPrefix(this, prefix, 'prefix');
    this.vpc = network.vpc;
    this.bucket = bucketOf(this, props);
    const { role, policy: rolePolicy } = synchronizationRole(this, { bucket: this.bucket, prefix });
    this.role = role;

    const fileSystem = this.createFileSystem(props, role);
    // the service tries the role while it creates the file system
    fileSystem.node.addDependency(rolePolicy);
    this.fileSystemArn = fileSystem.attrFileSystemArn;
    this.fileSystemId = fileSystem.attrFileSystemId;
    const policy = fileSystemPolicy(this, fileSystem);

    const securityGroup = this.createSecurityGroup(network.vpc);
    this.connections = new ec2.Connections({ securityGroups: [securityGroup], defaultPort: ec2.Port.tcp(NFS_PORT) });
    const targets = mountTargets(this, fileSystem, { subnets: network.subnets, securityGroup });
    // nobody can mount before the policy is there
    targets.forEach((target) => target.node.addDependency(policy));
    const seed = seedBucket(this, props, this.bucket);
    this.mountTargetsAvailable = new DependencyGroup(...targets, ...seed);
    applyRemovalPolicy(this, props.removalPolicy, {
      resources: [fileSystem, policy],
      owned: [role, rolePolicy, ...(props.bucket === undefined ? [this.bucket, this.bucket.policy] : [])],
    });
  }

  /**
   * Opens one directory, as one POSIX user; the directory is made when it is not there.
   *
   * Errors: a path or a user that the service does not take.
   *
   * @param id unique in this file system
   */
  public addAccessPoint(id: string, options: S3FilesAccessPointOptions): S3FilesAccessPoint {
    return new S3FilesAccessPoint(this, id, { ...options, fileSystem: this });
  }

  private createFileSystem(props: S3FilesFileSystemProps, role: iam.Role): s3files.CfnFileSystem {
    return new s3files.CfnFileSystem(this, 'Resource', {
      bucket: this.bucket.bucketArn,
      roleArn: role.roleArn,
      prefix: props.prefix === '' ? undefined : props.prefix,
      kmsKeyId: props.encryptionKey?.keyArn,
      acceptBucketWarning: props.acceptBucketWarning,
      synchronizationConfiguration: synchronizationOf(this, props.importRules, props.expireAfter),
    });
  }

  private createSecurityGroup(vpc: ec2.IVpc): ec2.SecurityGroup {
    return new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: `Mount targets of ${this.node.path}`.slice(0, 255),
      // mount targets only answer
      allowAllOutbound: false,
    });
  }
}

/** Refuses a network in which nothing can be mounted. */
function checkMountable(scope: Construct, network: IAgentNetwork): void {
  if (network.isPublic) {
    throw invalid(scope, 'S3FilesNeedsVpc', {
      what: 'a file system is mounted through a VPC, and this network is public',
      got: 'AgentNetwork.publicInternet(...)',
      allowed: 'a network with a VPC',
      fix: 'use new AgentNetwork(...) or AgentNetwork.fromVpc(...), or give the agents session storage only',
    });
  }
  if (network.subnets.length === 0) {
    throw invalid(scope, 'NoSubnets', {
      what: 'the network has no subnet to put a mount target in',
      allowed: 'at least one private subnet',
      fix: 'choose subnets in AgentNetwork',
    });
  }
}

/** One mount target a zone, in the first subnet of each: the service refuses a second one. */
function mountTargets(
  scope: Construct,
  fileSystem: s3files.CfnFileSystem,
  place: { subnets: ec2.ISubnet[]; securityGroup: ec2.ISecurityGroup },
): s3files.CfnMountTarget[] {
  const parent = new Construct(scope, 'MountTargets');
  return firstOfEachZone(scope, place.subnets).map(
    (subnet) =>
      // named after the subnet, so that another order of the subnets does not replace a target by one in its own zone
      new s3files.CfnMountTarget(parent, subnet.node.path.replace(/\//g, '-'), {
        fileSystemId: fileSystem.attrFileSystemId,
        subnetId: subnet.subnetId,
        securityGroups: [place.securityGroup.securityGroupId],
      }),
  );
}

function firstOfEachZone(scope: Construct, subnets: ec2.ISubnet[]): ec2.ISubnet[] {
  const byZone = new Map<string, ec2.ISubnet>();
  for (const subnet of subnets) {
    // resolved, because each use of Fn.select(0, Fn.getAzs()) is a token of its own
    const zone = JSON.stringify(Stack.of(scope).resolve(subnet.availabilityZone));
    byZone.set(zone, byZone.get(zone) ?? subnet);
  }
  return [...byZone.values()];
}

/**
 * Keeps, or removes, as one: a file system that is kept without its role could no longer write to the bucket, and one
 * that is kept without its policy would be open to mounts that were refused before.
 */
function applyRemovalPolicy(
  scope: Construct,
  policy: RemovalPolicy = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
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
