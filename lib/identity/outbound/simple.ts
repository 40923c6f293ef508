import { Token } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type { Construct } from 'constructs';
import type { BoundIdentity, IdentityContext } from '../bound-identity';
import { checkKind, checkRuntimeAuth } from './checks';
import type { IToolBroker } from '../tool-broker-ref';
import { invalid, invalidValue } from '../../private/errors';
import { reasonProblem } from '../../private/notes';

const SERVICE = /^[a-z0-9-]{1,64}$/;

/** The role of the gateway as the caller. */
export interface GatewayRoleOptions {
  /**
   * The service for which requests are signed: `bedrock-agentcore` for a runtime or another gateway, `execute-api` for
   * API Gateway, `lambda` for the URL of a function.
   *
   * @default - what the target is: nothing to sign for a function, `bedrock-agentcore` for a runtime; needed elsewhere
   */
  readonly service?: string;

  /**
   * The region for which requests are signed.
   *
   * @default - the region of the gateway
   */
  readonly region?: string;
}

/** Why no credential is sent. */
export interface NoIdentityOptions {
  /** What makes it acceptable, in at least 20 characters: with it the finding of `AgentCoreChecks` is acknowledged. */
  readonly reason: string;
}

export function checkGatewayRole({ service, region }: GatewayRoleOptions): void {
  for (const [prop, text] of Object.entries({ service, region })) {
    if (text !== undefined && !Token.isUnresolved(text) && !SERVICE.test(text)) {
      throw invalidValue('InvalidSigningName', {
        what: `${prop} of OutboundIdentity.gatewayRole is not a name that requests are signed for`,
        got: text,
        allowed: 'lower-case letters, digits and dashes, for example bedrock-agentcore, execute-api or lambda',
        fix: 'give the short name, without a domain',
      });
    }
  }
  if (region !== undefined && service === undefined) {
    throw invalidValue('SigningRegionWithoutService', {
      what: 'OutboundIdentity.gatewayRole has a region and no service',
      got: region,
      allowed: 'both, or a service alone',
      fix: 'name the service too',
    });
  }
}

export function bindGatewayRole(
  scope: Construct,
  context: IdentityContext,
  options: GatewayRoleOptions,
): BoundIdentity {
  checkRuntimeAuth(scope, context, 'OutboundIdentity.gatewayRole', false);
  return {
    credential: agentcore.GatewayCredentialProvider.fromIamRole(signing(scope, context, options)),
    statements: [],
    actor: 'the role of the gateway, the same for every caller',
    dependencies: [],
  };
}

function signing(
  scope: Construct,
  { kind, targetName }: IdentityContext,
  options: GatewayRoleOptions,
): GatewayRoleOptions {
  if (kind === 'lambda') {
    return {};
  }
  if (options.service !== undefined) {
    return options;
  }
  if (kind === 'agentRuntime') {
    return { service: 'bedrock-agentcore' };
  }
  throw invalid(scope, 'SigningServiceMissing', {
    what: 'it is not known for which service the gateway shall sign its requests to this target',
    got: targetName,
    allowed: 'service: bedrock-agentcore, execute-api, lambda or another AWS service',
    fix: `write OutboundIdentity.gatewayRole({ service: 'execute-api' }); servers outside AWS need another identity`,
  });
}

export function checkReason({ reason }: NoIdentityOptions): void {
  const problem = reasonProblem(reason, {
    what: 'the reason for calling a target without a credential says too little',
    fix: 'say what makes it acceptable, or use OutboundIdentity.bot(...)',
  });
  if (problem !== undefined) {
    throw invalidValue('NoIdentityReasonTooShort', problem);
  }
}

export function bindNone(scope: Construct, context: IdentityContext, { reason }: NoIdentityOptions): BoundIdentity {
  checkKind(scope, context, 'OutboundIdentity.none', {
    lambda: 'the gateway calls a function with its role: use OutboundIdentity.gatewayRole()',
    agentRuntime:
      'a runtime answers no anonymous request: use OutboundIdentity.gatewayRole(), clientCredentials(...) or onBehalfOf(...)',
  });
  const optOut = { rule: 'AC_TARGET_CREDENTIAL_CONFIGURED', reason: reason.trim() };
  return { statements: [], actor: 'nobody: no credential is sent', dependencies: [], optOut };
}

export function bindBroker(scope: Construct, context: IdentityContext, broker: IToolBroker): BoundIdentity {
  checkKind(scope, context, 'OutboundIdentity.broker', {
    lambda: 'the broker is a function itself: use OutboundIdentity.gatewayRole()',
    agentRuntime:
      'a broker stands in for a server that AWS does not host: use OutboundIdentity.gatewayRole(), clientCredentials(...) or onBehalfOf(...)',
  });
  const names = broker.tools.map(({ name }) => name);
  const unknown = broker.writeTools.filter((name) => !names.includes(name));
  if (names.length === 0 || unknown.length > 0) {
    throw invalid(scope, 'BrokerToolsIncomplete', {
      what:
        names.length === 0 ? 'the broker has no tools' : 'writeTools of the broker names tools that it does not have',
      got: unknown.length === 0 ? context.targetName : unknown.join(', '),
      allowed: names.length === 0 ? 'at least one tool' : names.join(', '),
      fix: 'list in tools what the function answers to, and in writeTools those of them that change something',
    });
  }
  return {
    // the right to invoke it comes with the target, as for any function
    statements: [],
    broker: { function: broker.brokerFunction, tools: broker.tools, writeTools: broker.writeTools },
    actor: 'the account of the broker, with a token for just this call',
    dependencies: [],
  };
}
