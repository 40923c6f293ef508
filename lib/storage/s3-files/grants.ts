import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3files from 'aws-cdk-lib/aws-s3files';
import type { Construct } from 'constructs';
import type { IS3FilesAccessPoint } from './contracts';

const CLIENT_ACTIONS = ['s3files:ClientMount', 's3files:ClientWrite', 's3files:ClientRootAccess'];

interface MountStatementsOptions {
  /** false when left away: the client may write */
  readonly readOnly?: boolean;
}

/**
 * What a role needs to mount a file system through this access point, and through no other one.
 *
 * The service authorizes a mount on the file system with the access point as a condition. The lookups have no such
 * condition key, and each is authorized on the resource that it names.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-filesystem-configurations.html
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_s3files.html
 */
export function mountStatements(
  accessPoint: IS3FilesAccessPoint,
  options: MountStatementsOptions,
): iam.PolicyStatement[] {
  const { accessPointArn, fileSystem } = accessPoint;
  const write = options.readOnly === true ? [] : ['s3files:ClientWrite'];
  return [
    new iam.PolicyStatement({
      actions: ['s3files:ClientMount', ...write],
      resources: [fileSystem.fileSystemArn],
      conditions: { ArnEquals: { 's3files:AccessPointArn': accessPointArn } },
    }),
    new iam.PolicyStatement({ actions: ['s3files:GetAccessPoint'], resources: [accessPointArn] }),
    // AgentCore looks these up with the role's rights when the runtime is created
    new iam.PolicyStatement({
      actions: ['s3files:GetFileSystem', 's3files:GetMountTarget', 's3files:ListMountTargets'],
      resources: [fileSystem.fileSystemArn],
    }),
  ];
}

/** Grants to a client that is not an agent what an agent gets when it mounts. */
export function grantMount(accessPoint: IS3FilesAccessPoint, grantee: iam.IGrantable, readOnly: boolean): iam.Grant {
  return mountStatements(accessPoint, { readOnly })
    .map((statement) =>
      iam.Grant.addToPrincipal({
        grantee,
        actions: statement.actions,
        resourceArns: statement.resources,
        conditions: statement.conditions as Record<string, Record<string, unknown>>,
      }),
    )
    .reduce((all, grant) => all.combine(grant));
}

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
        deny('DenyPlainTransport', CLIENT_ACTIONS, { Bool: { 'aws:SecureTransport': 'false' } }),
        // without one a client would see all of the bucket, as any POSIX user it likes
        deny('DenyWithoutAccessPoint', CLIENT_ACTIONS, { Null: { 's3files:AccessPointArn': 'true' } }),
        deny('DenyRoot', ['s3files:ClientRootAccess']),
      ],
    }),
  });
}
