import { Fn, Resource, Stack, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { DependencyGroup } from 'constructs';
import { NFS_PORT, checkGroup } from '../../network/security-groups';
import { grantMount } from './grants';
import type { IS3FilesAccessPoint, IS3FilesFileSystem } from './contracts';
import type { S3FilesAccessPointAttributes } from './access-point';
import type { S3FilesFileSystemAttributes } from './file-system-props';
import { invalid, warn } from '../../private/errors';

const FILE_SYSTEM_ID = /^fs-[0-9a-f]{17,40}$/;
const FILE_SYSTEM_ARN = /^arn:aws[-a-z]*:s3files:[^:]+:\d{12}:file-system\/fs-[0-9a-f]{17,40}$/;
const ACCESS_POINT_ARN =
  /^arn:aws[-a-z]*:s3files:[^:]+:\d{12}:file-system\/(fs-[0-9a-f]{17,40})\/access-point\/fsap-[0-9a-f]{17,40}$/;

/** Returns an imported file system; see `S3FilesFileSystem.fromS3FilesFileSystemAttributes`. */
export function importFileSystem(scope: Construct, id: string, attrs: S3FilesFileSystemAttributes): IS3FilesFileSystem {
  const { fileSystemId, fileSystemArn, securityGroup } = attrs;
  if ((fileSystemId === undefined) === (fileSystemArn === undefined)) {
    throw invalid(scope, 'FileSystemNotNamed', {
      what: `file system '${id}' is named ${fileSystemId === undefined ? 'neither by id nor by ARN' : 'by id and by ARN'}`,
      allowed: 'one of fileSystemId and fileSystemArn',
      fix: 'give the ARN where you have both',
    });
  }
  check(scope, fileSystemId, FILE_SYSTEM_ID, {
    what: 'fileSystemId',
    allowed: "'fs-' and 17 to 40 hexadecimal digits",
  });
  check(scope, fileSystemArn, FILE_SYSTEM_ARN, {
    what: 'fileSystemArn',
    allowed: 'arn:aws:s3files:<region>:<account>:file-system/fs-...',
  });
  const arn =
    fileSystemArn ??
    Stack.of(scope).formatArn({ service: 's3files', resource: 'file-system', resourceName: fileSystemId });
  const imported = new ImportedFileSystem(scope, id, { ...attrs, fileSystemArn: arn });
  if (securityGroup !== undefined && attrs.vpc !== undefined) {
    checkGroup(scope, attrs.vpc, securityGroup);
  }
  if (securityGroup === undefined) {
    warn(imported, 's3FilesSecurityGroupUnknown', {
      what: 'the security group of the mount targets is not known, so nothing opens the way to them',
      fix: 'give `securityGroup`, or allow TCP 2049 from the agents yourself and acknowledge this warning',
    });
  }
  return imported;
}

/** Returns an imported access point; see `S3FilesAccessPoint.fromS3FilesAccessPointAttributes`. */
export function importAccessPoint(
  scope: Construct,
  id: string,
  attrs: S3FilesAccessPointAttributes,
): IS3FilesAccessPoint {
  const { accessPointArn, fileSystem } = attrs;
  check(scope, accessPointArn, ACCESS_POINT_ARN, {
    what: 'accessPointArn',
    allowed: 'arn:aws:s3files:<region>:<account>:file-system/fs-.../access-point/fsap-...',
  });
  const owner = ACCESS_POINT_ARN.exec(accessPointArn)?.[1];
  if (owner !== undefined && !Token.isUnresolved(fileSystem.fileSystemId) && owner !== fileSystem.fileSystemId) {
    throw invalid(scope, 'AccessPointOfOtherFileSystem', {
      what: `access point '${id}' belongs to another file system than the one given`,
      got: accessPointArn,
      allowed: `an access point of ${fileSystem.fileSystemId}`,
      fix: `import ${owner} and give it as \`fileSystem\``,
    });
  }
  return new ImportedAccessPoint(scope, id, attrs);
}

function check(
  scope: Construct,
  value: string | undefined,
  pattern: RegExp,
  words: { what: string; allowed: string },
): void {
  if (value !== undefined && !Token.isUnresolved(value) && !pattern.test(value)) {
    throw invalid(scope, 'NotS3Files', {
      what: `${words.what} does not name a resource of S3 Files`,
      got: value,
      allowed: words.allowed,
      fix: 'a bucket, an S3 access point and an EFS file system are other things; look at `aws s3files list-file-systems`',
    });
  }
}

class ImportedFileSystem extends Resource implements IS3FilesFileSystem {
  public readonly fileSystemArn: string;
  public readonly fileSystemId: string;
  public readonly connections: ec2.Connections;
  public readonly mountTargetsAvailable = new DependencyGroup();
  public readonly vpc?: ec2.IVpc;

  public constructor(scope: Construct, id: string, attrs: S3FilesFileSystemAttributes & { fileSystemArn: string }) {
    super(scope, id, { environmentFromArn: attrs.fileSystemArn });
    this.fileSystemArn = attrs.fileSystemArn;
    // works for literals and for what is known only at deployment
    this.fileSystemId = attrs.fileSystemId ?? Fn.select(1, Fn.split('/', attrs.fileSystemArn));
    this.vpc = attrs.vpc;
    this.connections = new ec2.Connections({
      securityGroups: attrs.securityGroup === undefined ? [] : [attrs.securityGroup],
      defaultPort: ec2.Port.tcp(NFS_PORT),
    });
  }
}

class ImportedAccessPoint extends Resource implements IS3FilesAccessPoint {
  public readonly accessPointArn: string;
  public readonly accessPointId: string;
  public readonly fileSystem: IS3FilesFileSystem;

  public constructor(scope: Construct, id: string, attrs: S3FilesAccessPointAttributes) {
    super(scope, id, { environmentFromArn: attrs.accessPointArn });
    this.accessPointArn = attrs.accessPointArn;
    this.accessPointId = Fn.select(3, Fn.split('/', attrs.accessPointArn));
    this.fileSystem = attrs.fileSystem;
  }

  public grantRead(grantee: iam.IGrantable): iam.Grant {
    return grantMount(this, grantee, true);
  }

  public grantReadWrite(grantee: iam.IGrantable): iam.Grant {
    return grantMount(this, grantee, false);
  }
}
