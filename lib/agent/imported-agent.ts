import { Fn, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AgentEndpointBase } from './agent-endpoint-base';
import { invalid } from '../private/errors';
import { checkProps } from '../private/kinds';

/** A coding agent of another app or stack. */
export interface CodingAgentAttributes {
  /** The ARN of its runtime: `arn:aws:bedrock-agentcore:<region>:<account>:runtime/<name>-<id>`. */
  readonly runtimeArn: string;

  /**
   * The endpoints that grants shall cover; metrics are those of the first.
   *
   * @default ['DEFAULT'] - the endpoint that every agent has
   */
  readonly endpointNames?: string[];

  /**
   * Whether it is called with a token, so that grants have no effect and bring a warning.
   *
   * @default false - it is called with AWS credentials
   */
  readonly usesJwt?: boolean;
}

const RUNTIME_ARN =
  /^arn:aws[-a-z]*:bedrock-agentcore:[^:]+:\d{12}:runtime\/[a-zA-Z][a-zA-Z0-9_]{0,47}-[a-zA-Z0-9]{10}$/;

/** What can be granted on and measured of an agent that this app does not make. */
export class ImportedAgent extends AgentEndpointBase {
  public readonly endpointName: string;
  public readonly runtimeName: string;
  public readonly runtimeArn: string;
  public readonly usesJwt: boolean;
  private readonly endpointNames: string[];

  public constructor(scope: Construct, id: string, attributes: CodingAgentAttributes) {
    super(scope, id);
    checkProps(this, 'CodingAgentAttributes', attributes);
    const { runtimeArn, endpointNames = ['DEFAULT'], usesJwt = false } = attributes;
    if (!Token.isUnresolved(runtimeArn) && !RUNTIME_ARN.test(runtimeArn)) {
      throw invalid(this, 'InvalidRuntimeArn', {
        what: 'this is not the ARN of an agent',
        got: runtimeArn,
        allowed: 'arn:aws:bedrock-agentcore:<region>:<account>:runtime/<name>-<id>, without an endpoint',
        fix: 'copy it from the output of the stack that makes the agent',
      });
    }
    if (endpointNames.length === 0) {
      throw invalid(this, 'NoEndpoint', {
        what: 'an agent without an endpoint cannot be called',
        allowed: 'at least one name',
        fix: `leave endpointNames away for 'DEFAULT'`,
      });
    }
    this.runtimeArn = runtimeArn;
    // a name holds no dash and no slash, and this works for what is known only at deployment too
    this.runtimeName = Fn.select(0, Fn.split('-', Fn.select(1, Fn.split('/', runtimeArn))));
    this.usesJwt = usesJwt;
    this.endpointName = endpointNames[0];
    this.endpointNames = [...endpointNames];
  }

  protected grantedEndpoints(): string[] {
    return this.endpointNames;
  }
}
