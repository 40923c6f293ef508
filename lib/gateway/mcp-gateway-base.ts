import { CfnOutput, Fn, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { Construct } from 'constructs';
import type { InboundAuth } from '../identity/inbound-auth';
import type { IMcpGateway } from '../identity/contracts';
import { invalid, warn } from '../private/errors';
import { isDropped } from '../private/grants';
import type { ClientConfiguration } from './clients/configuration';
import { renderClientConfiguration } from './clients/configuration';
import type { McpClient } from './clients/mcp-client';
import type { ClientConfigurationOptions, ClientGateway } from './clients/options';
import type { ClientOutputsOptions } from './clients/outputs';
import { addClientOutputs, outputScope } from './clients/outputs';
import { checkProps } from '../private/kinds';

const GATEWAY_ARN = /^arn:aws[-a-z]*:bedrock-agentcore:[^:]+:\d{12}:gateway\/[0-9a-z](-?[0-9a-z])*-[0-9a-z]{10}$/;

/** A gateway of another app or stack. */
export interface McpGatewayAttributes {
  /** Its ARN: `arn:aws:bedrock-agentcore:<region>:<account>:gateway/<name>-<id>`. */
  readonly gatewayArn: string;

  /** Who may call it, as its own app says: agents that use it must bring the same token. */
  readonly inboundAuth: InboundAuth;
}

/** What can be done with a gateway, whoever makes it. */
export abstract class McpGatewayBase extends Construct implements IMcpGateway {
  public abstract readonly gatewayArn: string;
  public abstract readonly gatewayId: string;
  public abstract readonly inboundAuth: InboundAuth;

  /** Where MCP clients connect. Inside an `AgentNetwork` this host leads to its VPC endpoint. */
  public get gatewayUrl(): string {
    const { _region: region } = this;
    // a literal where it can be: the redirect URL of Codex is a hash of the address
    const known = Token.isUnresolved(region) ? undefined : RegionInfo.get(region).domainSuffix;
    return `https://${this.gatewayId}.gateway.bedrock-agentcore.${region}.${known ?? Stack.of(this).urlSuffix}/mcp`;
  }

  /** @internal */
  public get _region(): string {
    return Stack.of(this).region;
  }

  /**
   * Lets a principal list and call the tools. An agent that is given `gateway` has this right already.
   *
   * Without effect on a gateway that asks for tokens, and for a principal whose policy this app cannot change; a warning
   * says so.
   */
  public grantInvoke(grantee: iam.IGrantable): iam.Grant {
    if (this.inboundAuth.usesJwt) {
      warn(this, 'grantWithoutEffect', {
        what: `gateway '${this.node.path}' is called with a token, so a right in IAM has no effect`,
        got: 'grantInvoke',
        allowed: 'grants on gateways with InboundAuth.iam()',
        fix: 'let the caller in by the rules of InboundAuth.jwt(...)',
      });
    }
    const grant = iam.Grant.addToPrincipal({
      grantee,
      actions: ['bedrock-agentcore:InvokeGateway'],
      resourceArns: [this.gatewayArn],
    });
    if (isDropped(grant, grantee)) {
      warn(this, 'gatewayNotGranted', {
        what: 'the policy of this principal cannot be extended here, so it may not call the tools',
        got: this.node.path,
        allowed: 'a role or user whose policy this app may change',
        fix: 'allow it bedrock-agentcore:InvokeGateway on gatewayArn where its policy is kept',
      });
    }
    return grant;
  }

  /**
   * What an MCP client needs to use the tools: a line for a terminal or a file. It holds no secret.
   *
   * Errors: a client and options that do not fit how the gateway is guarded.
   */
  public clientConfiguration(client: McpClient, options: ClientConfigurationOptions = {}): ClientConfiguration {
    return renderClientConfiguration(this.toClientGateway(), client, options);
  }

  /**
   * Adds stack outputs: address and ARN, and for each client the line or the file that makes it use the tools. Call it
   * again for other options: once for laptops, say, and once for pipelines.
   *
   * @param options which clients, and how they authenticate
   */
  public addOutputs(options: ClientOutputsOptions): void {
    const outputs = outputScope(this);
    if (outputs.node.tryFindChild('Url') === undefined) {
      new CfnOutput(outputs, 'Url', { value: this.gatewayUrl, description: 'Where MCP clients connect' });
      new CfnOutput(outputs, 'Arn', { value: this.gatewayArn, description: 'To import the gateway into another app' });
    }
    addClientOutputs(this, this.toClientGateway(), options);
  }

  private toClientGateway(): ClientGateway {
    return { url: this.gatewayUrl, region: this._region, usesJwt: this.inboundAuth.usesJwt };
  }
}

/** What can be granted on a gateway that this app does not make. */
export class ImportedGateway extends McpGatewayBase {
  public readonly gatewayArn: string;
  public readonly gatewayId: string;
  public readonly inboundAuth: InboundAuth;

  public constructor(scope: Construct, id: string, attributes: McpGatewayAttributes) {
    super(scope, id);
    checkProps(this, 'McpGatewayAttributes', attributes);
    const { gatewayArn, inboundAuth } = attributes;
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
