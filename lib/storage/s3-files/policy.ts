import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3files from 'aws-cdk-lib/aws-s3files';
import type { Construct } from 'constructs';

const MOUNT = ['s3files:ClientMount', 's3files:ClientWrite', 's3files:ClientRootAccess'];

/**
 * What nobody may do with the file system, whatever their role says.
 *
 * It holds no Allow on purpose. Within an account S3 Files takes an Allow from either side, so the right to mount
 * stays where the mount is declared: in the role of the agent, for one access point.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-files-access-point-policy-examples.html
 */
export function fileSystemPolicy(scope: Construct, fileSystem: s3files.CfnFileSystem): s3files.CfnFileSystemPolicy {
  const deny = (sid: string, actions: string[], conditions?: Record<string, unknown>) =>
    new iam.PolicyStatement({
      sid,
      effect: iam.Effect.DENY,
      principals: [new iam.AnyPrincipal()],
      actions,
      resources: [fileSystem.attrFileSystemArn],
      conditions,
    });
  return new s3files.CfnFileSystemPolicy(scope, 'FileSystemPolicy', {
    fileSystemId: fileSystem.attrFileSystemId,
    policy: new iam.PolicyDocument({
      statements: [
        deny('DenyPlainTransport', MOUNT, { Bool: { 'aws:SecureTransport': 'false' } }),
        // without one a client would see all of the bucket, as any POSIX user it likes
        deny('DenyWithoutAccessPoint', MOUNT, { Null: { 's3files:AccessPointArn': 'true' } }),
        deny('DenyRoot', ['s3files:ClientRootAccess']),
      ],
    }),
  });
}
