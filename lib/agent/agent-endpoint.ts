import { Token } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type { Construct } from 'constructs';
import { checkDescription } from '../private/text-checks';
import { AgentEndpointBase, endpointArnOf } from './agent-endpoint-base';
import type { CodingAgent } from './coding-agent';
import { invalid } from '../private/errors';

const LONGEST_DESCRIPTION = 256;

/** Which version an endpoint serves. */
export interface AgentEndpointOptions {
  /**
   * The version of the runtime: `'1'` is the first deployment, each change of the agent adds one.
   *
   * The endpoint stays on it until you change the number, and so do the workspaces of its sessions: session storage is
   * wiped when an endpoint moves to another version. `DEFAULT` moves with every deployment.
   */
  readonly version: string;

  /**
   * What the endpoint is for; at most 256 characters.
   *
   * @default - no description
   */
  readonly description?: string;
}

/** An endpoint of an agent. */
export interface AgentEndpointProps extends AgentEndpointOptions {
  /** The agent that it leads to. */
  readonly agent: CodingAgent;

  /** What callers pass as `qualifier`: a letter, then letters, digits and underscores, at most 48. */
  readonly endpointName: string;
}

/**
 * A named, pinned way to an agent; see `CodingAgent.addEndpoint`.
 *
 * Errors: the name `DEFAULT`, a name or a version that AgentCore does not take, one name twice.
 */
export class AgentEndpoint extends AgentEndpointBase {
  public readonly endpointName: string;
  public readonly runtimeName: string;
  public readonly runtimeArn: string;
  public readonly usesJwt: boolean;

  /** The L2 endpoint. */
  public readonly endpoint: agentcore.RuntimeEndpoint;

  /** The ARN of the endpoint. */
  public readonly endpointArn: string;

  public constructor(scope: Construct, id: string, props: AgentEndpointProps) {
    super(scope, id);
    const { agent, endpointName, version, description } = props;
    checkName(this, endpointName);
    checkVersion(this, endpointName, version);
    checkDescription(this, `endpoint '${endpointName}'`, description, LONGEST_DESCRIPTION);
    this.endpointName = endpointName;
    this.runtimeName = agent.runtimeName;
    this.runtimeArn = agent.runtimeArn;
    this.usesJwt = agent.usesJwt;
    this.endpointArn = endpointArnOf(agent.runtimeArn, endpointName);
    agent._adopt(this);
    this.endpoint = new agentcore.RuntimeEndpoint(this, 'Endpoint', {
      endpointName,
      agentRuntimeId: agent.runtime.agentRuntimeId,
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
