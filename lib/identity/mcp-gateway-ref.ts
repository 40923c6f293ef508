import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import type { InboundAuth } from './inbound-auth';

/** An MCP gateway, made by this app or by another one. */
export interface IMcpGateway extends IConstruct {
  /** The ARN: `arn:aws:bedrock-agentcore:<region>:<account>:gateway/<name>-<id>`. */
  readonly gatewayArn: string;

  /** The id: the name, a dash and ten characters. */
  readonly gatewayId: string;

  /** Where MCP clients connect: `https://<id>.gateway.bedrock-agentcore.<region>.amazonaws.com/mcp`. */
  readonly gatewayUrl: string;

  /** Who may call it. */
  readonly inboundAuth: InboundAuth;

  /** Lets a principal list and call the tools. */
  grantInvoke(grantee: iam.IGrantable): iam.Grant;
}
