import { Annotations, Mixin, Stack } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { invalid, warn } from '../private/errors';
import { isSwallowed } from '../private/grants';
import type { Filesystem } from '../storage/filesystem';
import type { Mount, SharedMount } from '../storage/mount';
import { NFS_PORT } from '../network/security-groups';
import { checkClashes, checkReachable } from './mount-checks';
import { denials } from './mount-rules';
import { openNfs } from './mount-rules';

/** Who mounts and from where, when the runtime itself does not tell. */
export interface RuntimeFilesystemsOptions {
  /**
   * Who gets the right to mount.
   *
   * @default - the execution role of the L2 runtime; nobody for a bare L1 runtime, with a warning
   */
  readonly grantee?: iam.IGrantable;

  /**
   * The security groups from which the mount targets are reached over TCP 2049.
   *
   * @default - those of the L2 runtime; none for a bare L1 runtime, with a warning
   */
  readonly connections?: ec2.IConnectable;

  /**
   * The subnets of the runtime, to find file systems without a mount target in their zones. Used together with `vpc`.
   *
   * @default - not known, so a missing mount target is found only at the first invocation
   */
  readonly subnets?: ec2.ISubnet[];

  /**
   * The VPC of the runtime, to find file systems of another one.
   *
   * @default - not known, so mounts of another VPC are found only at deployment
   */
  readonly vpc?: ec2.IVpc;
}

/**
 * Mounts file systems into an AgentCore runtime, for which the L2 has no property.
 *
 * Works on the L2 `Runtime` and on `CfnRuntime`. What is mounted already stays: the mixin adds, and refuses a clash.
 * With each mount come the right to use it, the way to it through the security groups, and the order of deployment.
 *
 * Limits: five mounts in all; one session storage, two S3 Files, two EFS.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-filesystem-configurations.html
 */
export class RuntimeFilesystems extends Mixin {
  private readonly mounts: Mount[];

  /** @param filesystems what to mount, in the order in which the template shall list it */
  public constructor(
    filesystems: Filesystem[],
    private readonly options: RuntimeFilesystemsOptions = {},
  ) {
    super();
    this.mounts = filesystems.map((filesystem) => filesystem._mount());
  }

  /** True for the L1 runtime; `with()` on an L2 finds it there. */
  public override supports(construct: IConstruct): boolean {
    return agentcore.CfnRuntime.isCfnRuntime(construct);
  }

  /** Adds the mounts to the runtime. Errors: too many, the same path twice, no VPC, another account, region or VPC. */
  public applyTo(construct: IConstruct): void {
    const runtime = construct as agentcore.CfnRuntime;
    const present = configurationsOf(runtime);
    const added = this.mounts.map(toConfiguration);
    checkClashes(runtime, present, this.mounts);
    for (const mount of this.mounts) {
      if (mount.shared !== undefined) {
        this.wire(runtime, mount, mount.shared);
      }
    }
    runtime.filesystemConfigurations = [...present, ...added];
  }

  private wire(runtime: agentcore.CfnRuntime, mount: Mount, shared: SharedMount): void {
    checkReachable(runtime, mount, shared, this.options);
    this.grant(runtime, mount, shared);
    this.connect(runtime, mount, shared);
    runtime.node.addDependency(shared.mountTargetsAvailable);
    const { problems, warnings = {} } = shared;
    if (problems !== undefined) {
      runtime.node.addValidation({ validate: problems });
    }
    for (const [id, text] of Object.entries(warnings)) {
      Annotations.of(runtime).addWarningV2(`cdk-coding-agents:${id}`, text);
    }
  }

  private grant(runtime: agentcore.CfnRuntime, mount: Mount, shared: SharedMount): void {
    const principal = (this.options.grantee ?? l2Of(runtime)?.role)?.grantPrincipal;
    for (const statement of [...shared.statements, ...denials(runtime, shared)]) {
      const result = principal?.addToPrincipalPolicy(statement);
      if (result?.statementAdded !== true || isSwallowed(principal)) {
        warn(runtime, 'filesystemRightsNotGranted', {
          what: `the right to mount '${mount.mountPath}' could not be granted, invocations will fail with HTTP 424`,
          got: principal === undefined ? 'a runtime whose role is not known' : 'a role that cannot be changed',
          fix: `give the role ${statement.actions.join(', ')} yourself, or pass \`grantee\``,
        });
        return;
      }
      if (result.policyDependable !== undefined) {
        runtime.node.addDependency(result.policyDependable);
      }
    }
  }

  private connect(runtime: agentcore.CfnRuntime, mount: Mount, shared: SharedMount): void {
    const client = this.options.connections?.connections ?? connectionsOf(runtime);
    if (client === undefined || !openNfs(runtime, client, shared.connections)) {
      warn(runtime, 'filesystemNotReachable', {
        what: `the security groups between the agent and '${mount.mountPath}' could not be opened`,
        got:
          client === undefined
            ? 'a runtime whose security groups are not known'
            : 'an imported security group that is not mutable',
        fix: `allow TCP ${NFS_PORT} from the agent's security group to the mount targets' yourself, in both groups`,
      });
    }
  }
}

function configurationsOf(runtime: agentcore.CfnRuntime): agentcore.CfnRuntime.FilesystemConfigurationProperty[] {
  const present: unknown = Stack.of(runtime).resolve(runtime.filesystemConfigurations) ?? [];
  if (!Array.isArray(present)) {
    throw invalid(runtime, 'FilesystemsNotLiteral', {
      what: 'the file systems that this runtime mounts already are known only at deployment',
      allowed: 'a literal list',
      fix: 'give all of them to one RuntimeFilesystems mixin',
    });
  }
  return (runtime.filesystemConfigurations ?? []) as agentcore.CfnRuntime.FilesystemConfigurationProperty[];
}

function toConfiguration(mount: Mount): agentcore.CfnRuntime.FilesystemConfigurationProperty {
  const { mountPath, shared } = mount;
  if (shared === undefined) {
    return { sessionStorage: { mountPath } };
  }
  const entry = { accessPointArn: shared.accessPointArn, mountPath };
  return mount.kind === 'EFS' ? { efsAccessPoint: entry } : { s3FilesAccessPoint: entry };
}

function l2Of(runtime: agentcore.CfnRuntime): agentcore.Runtime | undefined {
  return runtime.node.scope instanceof agentcore.Runtime ? runtime.node.scope : undefined;
}

function connectionsOf(runtime: agentcore.CfnRuntime): ec2.Connections | undefined {
  try {
    return l2Of(runtime)?.connections;
  } catch {
    // the L2 throws where it has no VPC; checkReachable has refused that before
    return undefined;
  }
}
