import { Resource, Token } from 'aws-cdk-lib';
import type * as efs from 'aws-cdk-lib/aws-efs';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as s3files from 'aws-cdk-lib/aws-s3files';
import type { Construct } from 'constructs';
import type { IS3FilesAccessPoint, IS3FilesFileSystem } from './contracts';
import { grantMount } from './grants';
import { importAccessPoint } from './import';
import { checkDirectory } from './path';
import { invalid } from '../../private/errors';
import { checkPlace } from '../../private/references';
import { checkProps } from '../../private/kinds';

/** Which directory an access point opens, and as whom. */
export interface S3FilesAccessPointOptions {
  /**
   * The directory that a client sees as its root: `/`, or up to four names such as `/team/skills`, at most 100
   * characters. It is made when it is not there.
   *
   * The root of a file system belongs to the root user: in `/` itself the agents' user creates nothing. Below it, an
   * access point sees and changes what others with the same user own: agents that must not share need paths of which
   * none contains the other, or users of their own.
   */
  readonly path: string;

  /**
   * The user as whom every client of this access point acts, whoever it is in its own container: ids from 0 to
   * 4294967295, at most 16 secondary groups.
   *
   * @default S3FilesAccessPoint.AGENT_USER
   */
  readonly posixUser?: efs.PosixUser;

  /**
   * The mode of the directory if it has to be made, three or four octal digits. It then belongs to `posixUser`. A
   * directory that objects of the bucket, such as a seed, imply already belongs to root with mode 0755.
   *
   * @default '750'
   */
  readonly permissions?: string;
}

/** Properties of an `S3FilesAccessPoint`. */
export interface S3FilesAccessPointProps extends S3FilesAccessPointOptions {
  /** The file system to open. */
  readonly fileSystem: IS3FilesFileSystem;
}

/** What is known of an access point that exists. */
export interface S3FilesAccessPointAttributes {
  /** `arn:aws:s3files:<region>:<account>:file-system/fs-.../access-point/fsap-...` */
  readonly accessPointArn: string;

  /** Its file system. */
  readonly fileSystem: IS3FilesFileSystem;
}

const LARGEST_ID = 4_294_967_295;
const MOST_SECONDARY_GROUPS = 16;

/**
 * One directory of an S3 Files file system, seen as one POSIX user. Changing any prop replaces it.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-files-access-points-creating.html
 */
export class S3FilesAccessPoint extends Resource implements IS3FilesAccessPoint {
  /** The user of the agents' containers, 1000:1000. Fits EFS access points too. */
  public static readonly AGENT_USER: efs.PosixUser = { uid: '1000', gid: '1000' };

  /**
   * An access point that exists. Errors: another kind of ARN, or one of another file system.
   */
  public static fromS3FilesAccessPointAttributes(
    scope: Construct,
    id: string,
    attrs: S3FilesAccessPointAttributes,
  ): IS3FilesAccessPoint {
    return importAccessPoint(scope, id, attrs);
  }

  /** @attribute */
  public readonly accessPointArn: string;

  /** @attribute */
  public readonly accessPointId: string;

  /** The file system that this access point opens. */
  public readonly fileSystem: IS3FilesFileSystem;

  /** Errors: a path, a user or a mode that the service does not take. */
  public constructor(scope: Construct, id: string, props: S3FilesAccessPointProps) {
    super(scope, id);
    checkProps(this, 'S3FilesAccessPointProps', props);
    const { posixUser = S3FilesAccessPoint.AGENT_USER, permissions = '750' } = props;
    checkDirectory(this, props.path, 'the path of an access point');
    this.checkUser(posixUser);
    this.checkPermissions(permissions);
    checkPlace(
      this,
      { resource: props.fileSystem, arn: props.fileSystem.fileSystemArn },
      {
        code: 'FileSystemElsewhere',
        what: 'the file system is',
        than: 'its access point',
        same: ['region', 'account'],
        fix: 'make the access point in the stack of the file system, or in one of its account and region',
      },
    );
    this.fileSystem = props.fileSystem;
    const accessPoint = new s3files.CfnAccessPoint(this, 'Resource', {
      fileSystemId: props.fileSystem.fileSystemId,
      posixUser,
      rootDirectory: {
        path: props.path,
        creationPermissions: { ownerUid: posixUser.uid, ownerGid: posixUser.gid, permissions },
      },
    });
    this.accessPointArn = accessPoint.attrAccessPointArn;
    this.accessPointId = accessPoint.attrAccessPointId;
  }

  public grantRead(grantee: iam.IGrantable): iam.Grant {
    return grantMount(this, grantee, true);
  }

  public grantReadWrite(grantee: iam.IGrantable): iam.Grant {
    return grantMount(this, grantee, false);
  }

  private checkUser({ uid, gid, secondaryGids = [] }: efs.PosixUser): void {
    const secondary = secondaryGids.map((id) => ({ what: 'a secondary group', id }));
    const flaw = [{ what: 'uid', id: uid }, { what: 'gid', id: gid }, ...secondary].find(({ id }) => !isPosixId(id));
    if (flaw !== undefined) {
      throw invalid(this, 'InvalidPosixId', {
        what: `${flaw.what} of posixUser is not a POSIX id`,
        got: flaw.id,
        allowed: `a decimal number from 0 to ${LARGEST_ID}, written as a string`,
        fix: 'use the numbers of the user in the container, not its name',
      });
    }
    if (secondaryGids.length > MOST_SECONDARY_GROUPS) {
      throw invalid(this, 'TooManySecondaryGroups', {
        what: 'posixUser has too many secondary groups',
        got: secondaryGids.length,
        allowed: `at most ${MOST_SECONDARY_GROUPS}`,
        fix: 'leave away the ones that own nothing in this directory',
      });
    }
  }

  private checkPermissions(permissions: string): void {
    if (!Token.isUnresolved(permissions) && !/^[0-7]{3,4}$/.test(permissions)) {
      throw invalid(this, 'InvalidPermissions', {
        what: 'permissions are not a file mode',
        got: permissions,
        allowed: "three or four octal digits, such as '750'",
        fix: "write them as chmod takes them, without '0o'",
      });
    }
  }
}

function isPosixId(id: string): boolean {
  return Token.isUnresolved(id) || (/^(0|[1-9]\d*)$/.test(id) && Number(id) <= LARGEST_ID);
}
