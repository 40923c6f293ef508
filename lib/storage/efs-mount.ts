import { Stack } from 'aws-cdk-lib';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Mount } from './mount';
import { describe, invalidValue } from '../private/errors';

/** What mounting an EFS access point takes: the rights, the way there, and what makes it unsafe. */
export function efsMount(accessPoint: efs.IAccessPoint, mountPath: string, readOnly: boolean): Mount {
  const fileSystem = fileSystemOf(accessPoint);
  return {
    kind: 'EFS',
    mountPath,
    shared: {
      accessPoint,
      accessPointArn: accessPoint.accessPointArn,
      fileSystem,
      connections: fileSystem.connections,
      mountTargetsAvailable: fileSystem.mountTargetsAvailable,
      statements: efsStatements(accessPoint, fileSystem, readOnly),
      problems: () => problemsOf(fileSystem),
      warnings: warningsOf(accessPoint),
    },
  };
}

function fileSystemOf(accessPoint: efs.IAccessPoint): efs.IFileSystem {
  try {
    return accessPoint.fileSystem;
  } catch {
    // the L2 throws for AccessPoint.fromAccessPointId(), which knows nothing of its file system
    throw invalidValue('EfsFileSystemUnknown', {
      what: `the file system behind access point ${accessPoint.accessPointId} is not known, so the right to mount it cannot be granted`,
      allowed: 'an access point that knows its file system',
      fix: 'import it with AccessPoint.fromAccessPointAttributes and give `fileSystem`',
    });
  }
}

function efsStatements(accessPoint: efs.IAccessPoint, fileSystem: efs.IFileSystem, readOnly: boolean) {
  const [write, root] = ['elasticfilesystem:ClientWrite', 'elasticfilesystem:ClientRootAccess'];
  const resources = [fileSystem.fileSystemArn];
  const conditions = { ArnEquals: { 'elasticfilesystem:AccessPointArn': accessPoint.accessPointArn } };
  return [
    new iam.PolicyStatement({
      actions: readOnly ? ['elasticfilesystem:ClientMount'] : ['elasticfilesystem:ClientMount', write],
      resources,
      conditions,
    }),
    // the file-system policy that the L2 writes against anonymous clients allows everyone else to write, and as root:
    // leaving the actions away would not be enough
    new iam.PolicyStatement({ effect: iam.Effect.DENY, actions: [root], resources }),
    ...(readOnly
      ? [new iam.PolicyStatement({ effect: iam.Effect.DENY, actions: [write], resources, conditions })]
      : []),
    // AgentCore looks both up with the role's rights when the runtime is created
    new iam.PolicyStatement({
      actions: ['elasticfilesystem:DescribeAccessPoints', 'elasticfilesystem:DescribeMountTargets'],
      resources: [fileSystem.fileSystemArn, accessPoint.accessPointArn],
    }),
  ];
}

function problemsOf(fileSystem: efs.IFileSystem): string[] {
  const cfn = fileSystem.node.defaultChild;
  if (!(cfn instanceof efs.CfnFileSystem)) {
    return [];
  }
  const problems: string[] = [];
  if (cfn.encrypted === false) {
    problems.push(
      describe({
        what: `EFS file system '${fileSystem.node.path}' is not encrypted`,
        got: 'encrypted: false',
        allowed: 'encrypted: true',
        fix: 'remove the prop or set it to true; an existing file system has to be replaced',
      }),
    );
  }
  if (Stack.of(cfn).resolve(cfn.fileSystemPolicy) === undefined) {
    problems.push(
      describe({
        what: `EFS file system '${fileSystem.node.path}' lets any client that reaches TCP 2049 mount all of it without IAM`,
        got: 'no file-system policy',
        allowed: 'a policy that refuses anonymous clients',
        fix: 'set allowAnonymousAccess: false on the FileSystem',
      }),
    );
  }
  return problems;
}

function warningsOf(accessPoint: efs.IAccessPoint): Record<string, string> {
  const cfn = accessPoint.node.defaultChild;
  if (!(cfn instanceof efs.CfnAccessPoint) || (cfn.posixUser !== undefined && cfn.rootDirectory !== undefined)) {
    return {};
  }
  return {
    efsAccessPointOpen: describe({
      what: `EFS access point '${accessPoint.node.path}' has no POSIX user or no directory of its own, so the agent sees the whole file system`,
      allowed: 'an access point with posixUser and path',
      fix: 'give both to addAccessPoint()',
    }),
  };
}
