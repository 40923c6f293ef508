import { Token } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type { Construct } from 'constructs';
import { checkDescription } from '../private/text-checks';
import type { AgentLogGroups } from './agent-endpoint-base';
import { AgentEndpointBase, endpointArnOf } from './agent-endpoint-base';
import { invalid } from '../private/errors';

const LONGEST_DESCRIPTION = 256;

/** Which version an endpoint serves. */
export interface AgentEndpointOptions {
  /**
   * The version of the runtime: `'1'` is the first deployment, each change of the agent adds one.
   *
   * The endpoint stays on it until you change the number, and so do the workspaces of its sessions: session storage is
   * wiped when an endpoint moves to another version. `DEFAULT` moves with every deployment.
   *
   * The version must be there already when the endpoint is made or moved: at the first deployment of an agent that is
   * `'1'` only, and a deployment that changes the agent and names the version that it makes fails. Deploy the change
   * first, then move the endpoint. A runtime that is replaced, because its stack or its name changed, begins at 1 again.
   */
  readonly version: string;

  /**
   * What the endpoint is for; at most 256 characters.
   *
   * @default - no description
   */
  readonly description?: string;
}

/**
 * A named, pinned way to an agent: what `CodingAgent.addEndpoint` returns.
 */
export abstract class AgentEndpoint extends AgentEndpointBase {
  /** The L2 endpoint. */
  public abstract readonly endpoint: agentcore.RuntimeEndpoint;

  /** The ARN of the endpoint. */
  public abstract readonly endpointArn: string;
}

/** What an endpoint needs to know of its agent. */
interface PinnedEndpointProps extends AgentEndpointOptions {
  readonly endpointName: string;
  readonly runtime: agentcore.Runtime;
  readonly runtimeName: string;
  readonly usesJwt: boolean;
  /** makes the log group of the endpoint under the given scope, unless the agent keeps none */
  readonly keepLogs: (scope: Construct) => string | undefined;
}

/** An endpoint that this app makes. */
export class PinnedEndpoint extends AgentEndpoint {
  public readonly endpointName: string;
  public readonly runtimeName: string;
  public readonly runtimeArn: string;
  public readonly usesJwt: boolean;
  public readonly endpoint: agentcore.RuntimeEndpoint;
  public readonly endpointArn: string;
  /** @internal */
  public override readonly _logGroups: AgentLogGroups;

  public constructor(scope: Construct, id: string, props: PinnedEndpointProps) {
    super(scope, id);
    const { endpointName, version, description, runtime } = props;
    checkName(this, endpointName);
    checkVersion(this, endpointName, version);
    checkDescription(this, `endpoint '${endpointName}'`, description, LONGEST_DESCRIPTION);
    this.endpointName = endpointName;
    this.runtimeName = props.runtimeName;
    this.runtimeArn = runtime.agentRuntimeArn;
    this.usesJwt = props.usesJwt;
    this.endpointArn = endpointArnOf(this.runtimeArn, endpointName);
    this._logGroups = { runtimeLogs: props.keepLogs(this) };
    this.endpoint = new agentcore.RuntimeEndpoint(this, 'Endpoint', {
      endpointName,
      agentRuntimeId: runtime.agentRuntimeId,
      agentRuntimeVersion: version,
      description,
    });
  }

  protected grantedEndpoints(): string[] {
    return [this.endpointName];
  }
}

function checkName(scope: Construct, name: string): void {
  if (!/^[a-zA-Z][a-zA-Z0-9_]{0,47}$/.test(name) || name === 'DEFAULT') {
    throw invalid(scope, 'InvalidEndpointName', {
      what: name === 'DEFAULT' ? 'every agent has the endpoint DEFAULT already' : 'this is not a name for an endpoint',
      got: name,
      allowed: 'a letter, then letters, digits and underscores, at most 48 in all, not DEFAULT',
      fix: 'choose a name such as live',
    });
  }
}

function checkVersion(scope: Construct, name: string, version: string): void {
  if (!Token.isUnresolved(version) && !/^[1-9][0-9]{0,4}$/.test(version)) {
    throw invalid(scope, 'InvalidEndpointVersion', {
      what: `endpoint '${name}' names a version that cannot be`,
      got: version,
      allowed: 'a whole number from 1 to 99999, as a string',
      fix: 'take it from `aws bedrock-agentcore-control list-agent-runtime-versions`',
    });
  }
}
