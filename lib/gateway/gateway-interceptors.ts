import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { GatewayInterceptor, McpGatewayProps } from './mcp-gateway-props';
import { warn } from '../private/errors';
import { checkFunctionPlace } from './targets/function-target';

/** What the interceptors of a gateway turn into. */
interface BoundInterceptors {
  readonly configurations: agentcore.IInterceptor[];
  readonly statements: iam.PolicyStatement[];
}

export function interceptorsOf(scope: Construct, props: McpGatewayProps): BoundInterceptors {
  const { requestInterceptor, responseInterceptor } = props;
  const given = [
    { interceptor: requestInterceptor, point: agentcore.InterceptionPoint.REQUEST },
    { interceptor: responseInterceptor, point: agentcore.InterceptionPoint.RESPONSE },
  ].flatMap(({ interceptor, point }) => (interceptor === undefined ? [] : [{ interceptor, point }]));
  given.forEach(({ interceptor }) => checkFunctionPlace(scope, interceptor.function, 'the function of an interceptor'));
  given.forEach(({ interceptor }) => warnAboutHeaders(scope, interceptor));
  const functions = [...new Set(given.map(({ interceptor }) => interceptor.function.functionArn))];
  return {
    configurations: given.map(({ interceptor, point }) => new FunctionInterceptor(interceptor, point)),
    statements:
      functions.length > 0
        ? [new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: functions })]
        : [],
  };
}

/** the one of the L2 also grants every version of the function */
class FunctionInterceptor implements agentcore.IInterceptor {
  public constructor(
    private readonly interceptor: GatewayInterceptor,
    public readonly interceptionPoint: agentcore.InterceptionPoint,
  ) {}

  public bind(): agentcore.InterceptorBindConfig {
    return {
      configuration: {
        interceptionPoints: [this.interceptionPoint],
        interceptor: { lambda: { arn: this.interceptor.function.functionArn } },
        inputConfiguration: { passRequestHeaders: this.interceptor.passRequestHeaders ?? false },
      },
    };
  }
}

function warnAboutHeaders(scope: Construct, { passRequestHeaders, function: handler }: GatewayInterceptor): void {
  if (passRequestHeaders === true) {
    warn(scope, 'interceptorSeesTokens', {
      what: 'an interceptor is handed the headers of each request, the token of the caller among them',
      got: handler.node.path,
      allowed: 'a function that never logs them, with a data protection policy on its log group',
      fix: 'check both and acknowledge this warning, or leave passRequestHeaders away',
    });
  }
}
