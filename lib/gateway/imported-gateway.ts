import { Fn, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { McpGatewayBase } from './mcp-gateway-base';
import type { InboundAuth } from '../identity/inbound-auth';
import { invalid } from '../private/errors';

/** A gateway of another app or stack. */
export interface McpGatewayAttributes {
  /** Its ARN: `arn:aws:bedrock-agentcore:<region>:<account>:gateway/<name>-<id>`. */
  readonly gatewayArn: string;

  /** Who may call it, as its own app says: agents that use it must bring the same token. */
  readonly inboundAuth: InboundAuth;
}

const GATEWAY_ARN = /^arn:aws[-a-z]*:bedrock-agentcore:[^:]+:\d{12}:gateway\/[0-9a-z](-?[0-9a-z])*-[0-9a-z]{10}$/;

/** What can be granted on a gateway that this app does not make. */
export class ImportedGateway extends McpGatewayBase {
  public readonly gatewayArn: string;
  public readonly gatewayId: string;
  public readonly inboundAuth: InboundAuth;

  public constructor(scope: Construct, id: string, { gatewayArn, inboundAuth }: McpGatewayAttributes) {
    super(scope, id);
    if (!Token.isUnresolved(gatewayArn) && !GATEWAY_ARN.test(gatewayArn)) {
      throw invalid(this, 'InvalidGatewayArn', {
        what: 'this is not the ARN of a gateway',
        got: gatewayArn,
        allowed: 'arn:aws:bedrock-agentcore:<region>:<account>:gateway/<name>-<id>, without a target',
        fix: 'copy it from the output of the stack that makes the gateway',
      });
    }
    this.gatewayArn = gatewayArn;
    this.gatewayId = Fn.select(1, Fn.split('/', gatewayArn));
    this.inboundAuth = inboundAuth;
  }

  /** @internal */
  public override get _region(): string {
    return Fn.select(3, Fn.split(':', this.gatewayArn));
  }
}
