import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import { checkToolNames } from './tool-names';
import type { BoundSchema } from '../../mixins/schema-source';
import type { Binder } from './server-target';
import { checkEndpoint } from './server-target';
import { apiOf } from './tool-schema';
import type { OpenApiTargetProps } from './tool-target-props';
import { GatewayTargetOptions } from '../../mixins/gateway-target-options';
import { invalidValue } from '../../private/errors';

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
    checkToolNames(scope, context.targetName, api?.operations ?? []);
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
      readOnly,
      isServer: false,
      dynamic: false,
      refreshable: false,
      dependencies: [],
    };
  };
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
