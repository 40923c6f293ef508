import { Token } from 'aws-cdk-lib';
import type * as efs from 'aws-cdk-lib/aws-efs';
import type { IS3FilesAccessPoint } from './s3-files/contracts';
import { efsMount } from './efs-mount';
import type { Mount } from './mount';
import { mountPathFrom } from './mount';
import { mountStatements } from './s3-files/grants';
import { invalidValue } from '../private/errors';
import { checkArguments } from '../private/kinds';

/** How a shared file system is mounted. */
export interface SharedFilesystemOptions {
  /**
   * Whether the agent may only read. Its role is then denied to write through this access point, so that nothing inside
   * the microVM can change what it mounts, whatever the policy of the file system allows.
   *
   * @default false - the agent may read and write
   */
  readonly readOnly?: boolean;
}

const S3_FILES_ACCESS_POINT =
  /^arn:aws[-a-z]*:s3files:[^:]+:\d{12}:file-system\/fs-[0-9a-f]{17,40}\/access-point\/fsap-[0-9a-f]{17,40}$/;
const EFS_ACCESS_POINT = /^arn:aws[-a-z]*:elasticfilesystem:[^:]+:\d{12}:access-point\/fsap-[0-9a-f]{8,40}$/;

/**
 * A directory that every session of an agent finds under `/mnt`.
 *
 * An agent takes at most five: one session storage, two S3 Files and two EFS access points. Mounts exist while a
 * session is invoked, not while the container starts, and one that fails makes the invocation fail with HTTP 424.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-filesystem-configurations.html
 */
export abstract class Filesystem {
  /**
   * A private disk for each session, kept between its invocations: the workspace that survives a closed lid.
   *
   * Limits: 1 GB and about 100,000 files a session; no hard links, no UNIX sockets. The service wipes it after 14
   * days without an invocation, and when the endpoint that the session uses moves to a new version: pin an endpoint
   * with `CodingAgent.addEndpoint` to keep workspaces over a deployment.
   *
   * @param mountPath `/mnt/` and one name, for example `/mnt/workspace`
   * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/bedrock-agentcore-limits.html
   */
  public static sessionStorage(mountPath: string): Filesystem {
    checkArguments('Filesystem.sessionStorage', { mountPath: ['string', mountPath] });
    return new SessionStorage(mountPath);
  }

  /**
   * A bucket seen as a directory, shared by all sessions: skills, prompts, documents.
   *
   * Needs a VPC network with a mount target in each of its zones. Everything happens as the access point's POSIX user.
   *
   * @param accessPoint of the same account, region and VPC as the agent
   * @param mountPath `/mnt/` and one name, for example `/mnt/skills`
   */
  public static fromS3FilesAccessPoint(
    accessPoint: IS3FilesAccessPoint,
    mountPath: string,
    options: SharedFilesystemOptions = {},
  ): Filesystem {
    checkArguments('Filesystem.fromS3FilesAccessPoint', {
      accessPoint: ['IS3FilesAccessPoint', accessPoint],
      mountPath: ['string', mountPath],
      options: ['SharedFilesystemOptions?', options],
    });
    return new S3FilesMount(accessPoint, mountPath, options);
  }

  /**
   * An EFS directory, shared by all sessions: dependency caches, tool chains.
   *
   * Needs a VPC network with a mount target in each of its zones. The file system must be encrypted and must refuse
   * clients without IAM authorization (`allowAnonymousAccess: false`).
   *
   * @param accessPoint of the same account, region and VPC as the agent; imported ones must know their file system
   * @param mountPath `/mnt/` and one name, for example `/mnt/cache`
   */
  public static fromEfsAccessPoint(
    accessPoint: efs.IAccessPoint,
    mountPath: string,
    options: SharedFilesystemOptions = {},
  ): Filesystem {
    checkArguments('Filesystem.fromEfsAccessPoint', {
      accessPoint: ['IAccessPoint', accessPoint],
      mountPath: ['string', mountPath],
      options: ['SharedFilesystemOptions?', options],
    });
    return new EfsMount(accessPoint, mountPath, options);
  }

  /** Where the directory appears, without a trailing slash. */
  public readonly mountPath: string;

  protected constructor(mountPath: string) {
    this.mountPath = mountPathFrom(mountPath);
  }

  /**
   * Whether each session has one of its own.
   * @internal
   */
  public readonly _isPrivate: boolean = false;

  /**
   * What a runtime needs to mount it.
   * @internal
   */
  public abstract _mount(): Mount;
}

class SessionStorage extends Filesystem {
  /** @internal */
  public override readonly _isPrivate = true;

  public constructor(mountPath: string) {
    super(mountPath);
  }

  /** @internal */
  public _mount(): Mount {
    return { kind: 'session storage', mountPath: this.mountPath };
  }
}

class S3FilesMount extends Filesystem {
  public constructor(
    private readonly accessPoint: IS3FilesAccessPoint,
    mountPath: string,
    private readonly options: SharedFilesystemOptions,
  ) {
    super(mountPath);
    requireAccessPoint(accessPoint.accessPointArn, S3_FILES_ACCESS_POINT, 'S3 Files');
  }

  /** @internal */
  public _mount(): Mount {
    const { accessPoint } = this;
    return {
      kind: 'S3 Files',
      mountPath: this.mountPath,
      shared: {
        accessPoint,
        accessPointArn: accessPoint.accessPointArn,
        connections: accessPoint.fileSystem.connections,
        mountTargetsAvailable: accessPoint.fileSystem.mountTargetsAvailable,
        fileSystem: accessPoint.fileSystem,
        fileSystemArn: accessPoint.fileSystem.fileSystemArn,
        readOnly: this.options.readOnly ?? false,
        service: 's3files',
        vpc: accessPoint.fileSystem.vpc,
        statements: mountStatements(accessPoint, { readOnly: this.options.readOnly }),
      },
    };
  }
}

class EfsMount extends Filesystem {
  public constructor(
    private readonly accessPoint: efs.IAccessPoint,
    mountPath: string,
    private readonly options: SharedFilesystemOptions,
  ) {
    super(mountPath);
    requireAccessPoint(accessPoint.accessPointArn, EFS_ACCESS_POINT, 'EFS');
  }

  /** @internal */
  public _mount(): Mount {
    return efsMount(this.accessPoint, this.mountPath, this.options.readOnly ?? false);
  }
}

function requireAccessPoint(arn: string, pattern: RegExp, service: string): void {
  if (Token.isUnresolved(arn) || pattern.test(arn)) {
    return;
  }
  throw invalidValue('NotAnAccessPoint', {
    what: `this is not the ARN of an ${service} access point`,
    got: arn,
    allowed:
      service === 'EFS'
        ? 'arn:aws:elasticfilesystem:<region>:<account>:access-point/fsap-...'
        : 'arn:aws:s3files:<region>:<account>:file-system/fs-.../access-point/fsap-...',
    fix: 'give the access point, not the file system, the bucket or an S3 access point',
  });
}
