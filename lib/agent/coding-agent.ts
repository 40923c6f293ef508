import { CfnOutput, Stack, Tags } from 'aws-cdk-lib';
import type * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { InboundAuth } from '../identity/inbound-auth';
import { deliverLogs, keepRuntimeLogs } from '../logs/delivery';
import type { AgentObservability } from '../logs/observability-options';
import { RuntimeFilesystems } from '../mixins/runtime-filesystems';
import { NEEDS_NOTE, START_NEEDS } from '../contract/reach';
import { checkRegion } from '../private/environments';
import { invalid, warn } from '../private/errors';
import { note } from '../private/notes';
import { checkDescription, checkTags } from '../private/text-checks';
import type { Filesystem } from '../storage/filesystem';
import type { AgentEndpoint, AgentEndpointOptions } from './agent-endpoint';
import { PinnedEndpoint } from './agent-endpoint';
import type { AgentLogGroups } from './agent-endpoint-base';
import { AgentEndpointBase } from './agent-endpoint-base';
import { type AgentPlace, agentNetworkOf, checkImageAccount } from './agent-place';
import { createRuntime, isV2 } from './agent-runtime';
import { agentTelemetryOf } from './agent-telemetry';
import { agentToolsOf, checkToolPrefix } from './agent-tools';
import type { CodingAgentProps } from './coding-agent-props';
import { executionRole, mountPolicy, splitByRoom } from './execution-role';
import { checkGrants, warnOfDropped } from './granted';
import { type CodingAgentAttributes, ImportedAgent } from './imported-agent';
import { ModelRoute } from './model/model-route';
import { checkReach } from './reachability';
import { checkLifetime, checkModelGiven } from './session/session-environment';
import { workspaceOf } from './session/session-environment';
import { runtimeNameOf } from './runtime-name';
import { checkProps } from '../private/kinds';

/** the API takes 4,096 characters, the L2 refuses more than this */
const LONGEST_DESCRIPTION = 1200;
/** @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/bedrock-agentcore-limits.html */
const MOST_ENDPOINTS = 10;

/**
 * A coding agent on Amazon Bedrock AgentCore Runtime: a microVM for each session instead of a laptop.
 *
 * It composes the L2 `Runtime` and adds what that lacks: a role of its own that names only what is this agent's, the
 * file systems with the rights, rules and order they need, logs and traces, and grants for commands and shells. The
 * L2 is `runtime`; what this construct has no prop for is set there, or by a mixin.
 *
 * One more agent in a stack adds ten resources with everything on (one more with over two shared file systems, two more
 * with telemetry of its own), so a stack takes about 45 agents: CloudFormation allows 500 resources.
 *
 * ```ts
 * new CodingAgent(this, 'Claude', {
 *   cli: AgentCli.fromRepository(repository, '1.4.2'),
 *   network,
 *   filesystems: [Filesystem.sessionStorage('/mnt/workspace')],
 * });
 * ```
 */
export class CodingAgent extends AgentEndpointBase implements iam.IGrantable, ec2.IConnectable {
  /**
   * An agent of another app or stack, to grant on it and to measure it: for a front end, say.
   *
   * Errors: an ARN that is not that of a runtime, an empty list of endpoints.
   */
  public static fromCodingAgentAttributes(
    scope: Construct,
    id: string,
    attributes: CodingAgentAttributes,
  ): AgentEndpointBase {
    return new ImportedAgent(scope, id, attributes);
  }

  /** `DEFAULT`, which always serves the newest version. */
  public readonly endpointName = 'DEFAULT';

  public readonly runtimeName: string;
  public readonly runtimeArn: string;
  public readonly usesJwt: boolean;

  /** The L2 runtime. Its `role` takes no grants: use the agent itself as the grantee. */
  public readonly runtime: agentcore.Runtime;

  /** The role as which everything in a session runs. */
  public readonly role: iam.IRole;

  /**
   * The agent as a grantee: `bucket.grantRead(agent)`. What is granted is in force before the runtime is made or
   * changed. The Deny list of the library outweighs any grant.
   */
  public readonly grantPrincipal: iam.IPrincipal;

  /** @internal */
  public override readonly _logGroups: AgentLogGroups;

  private readonly _connections?: ec2.Connections;
  private readonly observability: AgentObservability;
  private readonly endpointNames = ['DEFAULT'];
  private readonly workspace?: string;

  public constructor(scope: Construct, id: string, props: CodingAgentProps) {
    super(scope, id);
    checkProps(this, 'CodingAgentProps', props);
    checkRegion(this, 'agentCore');
    checkDescription(this, 'the agent', props.description, LONGEST_DESCRIPTION);
    checkTags(this, props.tags ?? {});
    const inboundAuth = props.inboundAuth ?? InboundAuth.iam();
    const cli = props.cli._bind(this);
    this.runtimeName = runtimeNameOf(this, props.runtimeName);
    checkModelGiven(this, cli.session, props.model);
    checkLifetime(this, cli.session, props.maxLifetime);
    const route = (props.model ?? ModelRoute.none())._bind(this, {
      runtimeName: this.runtimeName,
      cli: cli.session?.name,
      model: cli.session?.model,
    });
    const tools = agentToolsOf(this, props, inboundAuth);
    checkToolPrefix(this, props.gateway, cli.session?.name);
    const place = agentNetworkOf(this, props);
    checkImageAccount(this, props.network, cli.artifact);

    const statements = [...cli.statements, ...route.statements, ...tools.statements];
    const telemetry = agentTelemetryOf(this, this.runtimeName, cli.session, props.observability ?? {});
    const { role, policy, policies } = executionRole(this, this.runtimeName, statements, route.keyException);
    telemetry.policies.forEach((each) => each.attachToRole(role));
    this.runtime = createRuntime(this, this.runtimeName, props, {
      cli,
      route,
      tools,
      telemetry,
      place,
      role,
      policies: [...policies, ...telemetry.policies],
      inboundAuth,
    });
    const needs = [...route.needs, ...tools.needs, ...telemetry.needs];
    note(this.runtime.node.defaultChild as agentcore.CfnRuntime, NEEDS_NOTE, needs);
    checkReach(this, {
      network: props.network,
      securityGroups: place.securityGroups,
      role,
      policies: [...policies, ...telemetry.policies],
      needs: [...(cli.isCode ? [] : START_NEEDS), ...needs],
    });
    checkGrants(this, role);
    warnOfDropped(this, this.runtime.role);
    this.runtimeArn = this.runtime.agentRuntimeArn;
    this.role = role;
    this.grantPrincipal = role;
    this.usesJwt = inboundAuth.usesJwt;
    this._connections = place.connections;
    this.workspace = workspaceOf(props);

    const { fit, rest } = splitByRoom(props.filesystems ?? []);
    this.mount(fit, place, policy);
    if (rest.length > 0) {
      const policy = mountPolicy(this, role);
      this.runtime.node.defaultChild?.node.addDependency(policy);
      this.mount(rest, place, policy);
    }
    const runtimeLogs = props.observability?.runtimeLogs ?? !isV2(props);
    this.observability = { ...props.observability, runtimeLogs };
    this._logGroups = {
      ...deliverLogs(this, this.runtime, this.observability),
      runtimeLogs: this.keepLogs(this, this.endpointName),
    };
    Object.entries(props.tags ?? {}).forEach(([key, value]) => Tags.of(this).add(key, value));
  }

  /**
   * What the agent may reach. Throws for an agent without a VPC.
   *
   * With the security group of the network, which is the default, a rule opens the way for every agent of it; give an
   * agent `securityGroups` of its own for what only that one may reach.
   */
  public get connections(): ec2.Connections {
    return this._connections ?? this.runtime.connections;
  }

  /**
   * Adds a named endpoint that stays on one version of the agent.
   *
   * `DEFAULT` moves to the newest version with every deployment, which wipes the session storage of its sessions. An
   * endpoint that is pinned keeps them until you change `version`. An agent has at most ten endpoints.
   *
   * Errors: the name `DEFAULT`, a name or a version that AgentCore does not take, one name twice.
   *
   * @param endpointName a letter, then letters, digits and underscores, at most 48
   * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-filesystem-configurations.html
   */
  public addEndpoint(endpointName: string, options: AgentEndpointOptions): AgentEndpoint {
    checkProps(this, 'AgentEndpointOptions', options);
    this.requireFree(endpointName);
    const endpoint = new PinnedEndpoint(this, `Endpoint-${endpointName}`, {
      ...options,
      endpointName,
      runtime: this.runtime,
      runtimeName: this.runtimeName,
      usesJwt: this.usesJwt,
      keepLogs: (scope) => this.keepLogs(scope, endpointName),
    });
    this.endpointNames.push(endpointName);
    this.warnOfManyEndpoints();
    // what was granted on the agent holds there too
    this._extendGrants(endpointName);
    return endpoint;
  }

  /**
   * Adds stack outputs: the ARN, the line that opens a shell, and the line that runs one command.
   *
   * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-get-started-command-shell.html
   */
  public addOutputs(): void {
    const where = `--id ${this.runtime.agentRuntimeId} --region ${Stack.of(this).region}`;
    const command = this.workspace === undefined ? 'uname -a' : `ls ${this.workspace}`;
    const older = 'AgentCore CLI 1.x; with 0.x:';
    new CfnOutput(this, 'Arn', { value: this.runtimeArn, description: `ARN of coding agent ${this.runtimeName}` });
    new CfnOutput(this, 'Shell', {
      value: `agentcore runtime shell ${where}`,
      description: `Opens a shell in a session of ${this.runtimeName} (${older} agentcore exec --it --runtime <Arn> --region <region>)`,
    });
    new CfnOutput(this, 'Command', {
      value: `agentcore runtime exec ${where} --command "${command}"`,
      description: `Runs one command in a session of ${this.runtimeName} (${older} agentcore exec --runtime <Arn> --region <region> "${command}")`,
    });
  }

  /**
   * vCPU hours that the sessions used, up to an hour late; not for billing.
   *
   * @default - sum over five minutes
   */
  public metricCpuHours(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metricUsage('CPUUsed-vCPUHours', options);
  }

  /**
   * Gigabyte hours of memory that the sessions used, up to an hour late; not for billing.
   *
   * @default - sum over five minutes
   */
  public metricMemoryHours(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metricUsage('MemoryUsed-GBHours', options);
  }

  protected grantedEndpoints(): string[] {
    return this.endpointNames;
  }

  private mount(filesystems: Filesystem[], { vpc, subnets, connections }: AgentPlace, grantee: iam.IGrantable): void {
    const mixin = new RuntimeFilesystems(filesystems, { grantee, connections: connections && this, vpc, subnets });
    mixin.applyTo(this.runtime.node.defaultChild as agentcore.CfnRuntime);
  }

  private warnOfManyEndpoints(): void {
    if (this.endpointNames.length > MOST_ENDPOINTS) {
      warn(this, 'manyEndpoints', {
        what: 'the agent has more endpoints than AgentCore allows by default, DEFAULT among them',
        got: this.endpointNames.length,
        allowed: `${MOST_ENDPOINTS}, unless the quota of the account is raised`,
        fix: 'remove endpoints that nobody uses, or ask for a higher quota and acknowledge this warning',
      });
    }
  }

  private requireFree(endpointName: string): void {
    if (this.endpointNames.includes(endpointName) && endpointName !== this.endpointName) {
      throw invalid(this, 'EndpointNameTaken', {
        what: 'two endpoints of one agent share a name',
        got: endpointName,
        allowed: 'a name of its own for each endpoint',
        fix: 'to move an endpoint to another version, change its `version`',
      });
    }
  }

  private keepLogs(scope: Construct, endpointName: string): string | undefined {
    return this.observability.runtimeLogs
      ? keepRuntimeLogs(scope, this.runtime, endpointName, this.observability)
      : undefined;
  }

  private metricUsage(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    const dimensions = { Service: 'AgentCore.Runtime', Resource: this.runtimeArn };
    return this.metricBy(metricName, { statistic: 'Sum', ...options }, dimensions);
  }
}
