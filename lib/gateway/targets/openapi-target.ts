import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type { Construct } from 'constructs';
import type { BoundSchema } from '../../mixins/schema-source';
import type { Binder } from './server-target';
import { checkEndpoint } from './server-target';
import { apiOf } from './openapi-document';
import type { OpenApiTargetProps } from './tool-target-props';
import { GatewayTargetOptions } from '../../mixins/gateway-target-options';
import { invalidValue, warn } from '../../private/errors';

export function openApiTarget(props: OpenApiTargetProps): Binder {
  const { schema, description, readOnly = false } = props;
  const api = apiOf(schema);
  api?.servers.forEach((url) => checkEndpoint(url, props.privateEndpoint !== undefined));
  return (scope, context) => {
    const identity = props.identity._bind(scope, {
      targetName: context.targetName,
      kind: 'openApi',
      service: 'the API',
      inboundAuth: context.inboundAuth,
      // the description is the list of tools
      hasToolSchema: true,
      gatewayId: context.gateway.gatewayId,
    });
    if (identity.broker !== undefined) {
      throw invalidValue('BrokerForServer', {
        what: 'a broker answers itself, so this API would never be called',
        got: 'ToolTarget.openApi with OutboundIdentity.broker',
        allowed: 'a broker as the identity of github, jira or slack, for which it stands in',
        fix: 'use ToolTarget.lambdaFunction for a function of your own',
      });
    }
    warnAboutApi(scope, api);
    const bound = schema._bind(scope);
    return {
      create: (parent, options) =>
        agentcore.GatewayTarget.forOpenApi(parent, 'Target', {
          ...options,
          description,
          apiSchema: new LocatedSchema(bound),
          // the text may be YAML, or known only at deployment; AgentCore checks it
          validateOpenApiSchema: false,
        }),
      mixins: [new GatewayTargetOptions(props)],
      statements: bound.statements,
      identity,
      operations: api?.operations,
      readOnly,
      isServer: false,
      dynamic: false,
      refreshable: false,
      dependencies: [],
    };
  };
}

function warnAboutApi(scope: Construct, api: ReturnType<typeof apiOf>): void {
  const { doubts = [], openHosts = [] } = api ?? {};
  if (doubts.length > 0) {
    warn(scope, 'openApiUnsupported', {
      what: 'the OpenAPI description uses what AgentCore or the APIs of models do not support: tools may be missing or fail',
      got: `${doubts[0]}${doubts.length > 1 ? ` and ${doubts.length - 1} more` : ''}`,
      allowed: `parameters of letters, digits and _ . - (64 at most) in the default style, JSON, no oneOf, anyOf or allOf`,
      fix: 'simplify the description of the operations that agents use, and remove the others',
    });
  }
  if (openHosts.length > 0) {
    warn(scope, 'openApiServerOpen', {
      what: 'a part of the host in the OpenAPI description is a variable with any value, so a call could lead to another server, with the credential of the target',
      got: openHosts[0],
      allowed: 'a fixed host, or a variable with an enum',
      fix: 'write the host, or list the values in enum',
    });
  }
}

/** the schemas of the L2 grant the whole bucket; this one leaves the right to the gateway's own policy */
class LocatedSchema extends agentcore.ApiSchema {
  public constructor(private readonly bound: BoundSchema) {
    super();
  }

  /** @internal */
  public _render(): BoundSchema['location'] {
    return this.bound.location;
  }

  public bind(): void {}

  public grantPermissionsToRole(): void {}
}
