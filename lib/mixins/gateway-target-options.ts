import { Mixin } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type { IConstruct } from 'constructs';
import type { PrivateEndpoint } from '../network/private-endpoint';
import { invalidValue } from '../private/errors';

/** @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-headers.html */
const MOST_HEADERS = 10;
const LONGEST_HEADER = 100;
const HEADER = /^[A-Za-z0-9-]+$/;
const RUNTIME_HEADER = /^x-amzn-bedrock-agentcore-runtime-custom-/i;
const RESTRICTED =
  /^(authorization|user-agent|accept.*|host|cookie|content-.*|connection|transfer-encoding|x-amz-.*|x-amzn-.*|x-mcp-.*|proxy-.*|x-api-key)$/i;

/** What the L2 of a target cannot say. */
export interface GatewayTargetOptionsProps {
  /**
   * Headers of the client that are passed on to the target; at most ten. `Authorization`, `User-Agent`, `Accept*` and
   * the like cannot be among them, nor those that carry credentials or settings of an MCP server.
   *
   * @default - none is passed on
   */
  readonly requestHeaders?: string[];

  /**
   * Headers of the target that are passed back to the client; at most ten.
   *
   * @default - none is passed back
   */
  readonly responseHeaders?: string[];

  /**
   * The way to a target that is not on the internet.
   *
   * @default - the target is reached over the internet
   */
  readonly privateEndpoint?: PrivateEndpoint;
}

/**
 * Sets headers and private endpoint of a gateway target, for which the L2 has no properties.
 *
 * Works on the L2 `GatewayTarget` and on `CfnGatewayTarget`. Errors: a header that AgentCore does not pass on, one
 * twice, more than ten.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-headers.html
 */
export class GatewayTargetOptions extends Mixin {
  public constructor(private readonly props: GatewayTargetOptionsProps) {
    super();
    checkHeaders('requestHeaders', props.requestHeaders ?? []);
    checkHeaders('responseHeaders', props.responseHeaders ?? []);
  }

  /** True for the L1 target; `with()` on an L2 finds it there. */
  public override supports(construct: IConstruct): boolean {
    return agentcore.CfnGatewayTarget.isCfnGatewayTarget(construct);
  }

  /** Sets what was given. */
  public applyTo(construct: IConstruct): void {
    const target = construct as agentcore.CfnGatewayTarget;
    const { requestHeaders = [], responseHeaders = [], privateEndpoint } = this.props;
    if (requestHeaders.length + responseHeaders.length > 0) {
      target.metadataConfiguration = {
        allowedRequestHeaders: requestHeaders.length > 0 ? requestHeaders : undefined,
        allowedResponseHeaders: responseHeaders.length > 0 ? responseHeaders : undefined,
      };
    }
    if (privateEndpoint !== undefined) {
      target.privateEndpoint = privateEndpoint._render(target);
    }
  }
}

function checkHeaders(prop: string, headers: string[]): void {
  if (headers.length > MOST_HEADERS) {
    throw invalidValue('TooManyTargetHeaders', {
      what: `${prop} lists too many headers`,
      got: headers.length,
      allowed: `at most ${MOST_HEADERS}`,
      fix: 'keep those that the server needs',
    });
  }
  headers.forEach((header, index) => {
    const lower = header.toLowerCase();
    const isTwice = headers.findIndex((other) => other.toLowerCase() === lower) !== index;
    const isRefused = RESTRICTED.test(header) && !RUNTIME_HEADER.test(header);
    if (isTwice || isRefused || !HEADER.test(header) || header.length > LONGEST_HEADER) {
      throw invalidValue('InvalidTargetHeader', {
        what: `${prop} lists a header ${isTwice ? 'twice' : 'that AgentCore does not pass on'}`,
        got: header,
        allowed:
          'other headers than Authorization, User-Agent, Accept*, Content-*, Host, Cookie, Proxy-*, X-Api-Key, X-Amz*-* and X-MCP-*, each once',
        fix: isTwice ? 'remove one' : 'remove it; credentials come from the identity of the target',
      });
    }
  });
}
