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
      fileSystemArn: fileSystem.fileSystemArn,
      readOnly,
      service: 'elasticfilesystem',
      connections: fileSystem.connections,
      mountTargetsAvailable: fileSystem.mountTargetsAvailable,
      statements: efsStatements(accessPoint, fileSystem, readOnly),
      problems: () => problemsOf(fileSystem),
      warnings: { ...warningsOf(accessPoint), ...warningsOfImport(fileSystem) },
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
  const write = readOnly ? [] : ['elasticfilesystem:ClientWrite'];
  return [
    new iam.PolicyStatement({
      actions: ['elasticfilesystem:ClientMount', ...write],
      resources: [fileSystem.fileSystemArn],
      conditions: { ArnEquals: { 'elasticfilesystem:AccessPointArn': accessPoint.accessPointArn } },
    }),
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
  const policy: unknown = Stack.of(cfn).resolve(cfn.fileSystemPolicy);
  if (letsAnyoneMount(policy)) {
    problems.push(
      describe({
        what: `EFS file system '${fileSystem.node.path}' lets any client that reaches TCP 2049 mount all of it without IAM`,
        got: policy === undefined ? 'no file-system policy' : 'a policy that allows ClientMount to everyone',
        allowed: 'a policy that refuses anonymous clients',
        fix: 'set allowAnonymousAccess: false on the FileSystem and give it no policy of your own, or name principals there',
      }),
    );
  }
  return problems;
}

/** without a policy EFS lets everyone in; with one, whoever it allows, signed or not */
function letsAnyoneMount(policy: unknown): boolean {
  const statements = (policy as { Statement?: PolicyJson[] } | undefined)?.Statement;
  return statements?.some(allowsMountToEveryone) ?? true;
}

interface PolicyJson {
  readonly Effect: string;
  readonly Action?: string | string[];
  readonly Principal?: unknown;
  readonly Condition?: object;
}

const MOUNTING = ['*', 'elasticfilesystem:*', 'elasticfilesystem:Client*', 'elasticfilesystem:ClientMount'];
const BINDS_PRINCIPAL = /"aws:Principal|"aws:SourceAccount|AccessPointArn"/;

function allowsMountToEveryone({ Effect, Action = [], Principal, Condition = {} }: PolicyJson): boolean {
  const everyone = /^("\*"|\{"AWS":(\["\*"\]|"\*")\})$/.test(JSON.stringify(Principal ?? ''));
  const mounts = [Action].flat().some((action) => MOUNTING.includes(action));
  return Effect === 'Allow' && everyone && mounts && !BINDS_PRINCIPAL.test(JSON.stringify(Condition));
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

function warningsOfImport(fileSystem: efs.IFileSystem): Record<string, string> {
  if (fileSystem.node.defaultChild instanceof efs.CfnFileSystem) {
    return {};
  }
  return {
    efsPolicyUnchecked: describe({
      what: `EFS file system '${fileSystem.node.path}' is imported, so it is not known whether it refuses clients without IAM`,
      allowed: 'a file-system policy that names principals, or allows nobody ClientMount but by IAM',
      fix: 'check it once with `aws efs describe-file-system-policy`, then acknowledge this warning',
    }),
  };
}
