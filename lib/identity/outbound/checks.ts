import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type { Construct } from 'constructs';
import { invalid } from '../../private/errors';
import type { IdentityContext, TargetKind } from '../bound-identity';
import type { Cell, IdentityName } from './matrix';
import { TARGET_KINDS, rowOf } from './matrix';

/** Refuses an identity where the gateway cannot use it, as the matrix says; a refusal ends with the way out. */
export function checkIdentity(scope: Construct, context: IdentityContext, name: IdentityName): void {
  const identity = `OutboundIdentity.${name}`;
  const { needsUserToken, sends, at } = rowOf(name);
  checkKind(scope, context, identity, at);
  if (needsUserToken) {
    checkUserToken(scope, context, identity);
  }
  if (sends === 'token' || sends === 'signature') {
    checkRuntimeAuth(scope, context, identity, sends === 'token');
  }
}

function checkKind(
  scope: Construct,
  context: IdentityContext,
  identity: string,
  at: Readonly<Record<TargetKind, Cell>>,
): void {
  const cell = at[context.kind];
  if (typeof cell === 'object') {
    const accepted = (Object.keys(TARGET_KINDS) as TargetKind[]).filter((kind) => typeof at[kind] === 'string');
    throw invalid(scope, 'IdentityNotForTarget', {
      what: `${identity} does not work for ${TARGET_KINDS[context.kind]}`,
      got: context.targetName,
      allowed: accepted.map((kind) => TARGET_KINDS[kind]).join(', '),
      fix: cell.instead,
    });
  }
}

/** Refuses what acts for a person where the gateway does not learn who that is. */
function checkUserToken(scope: Construct, context: IdentityContext, identity: string): void {
  if (!context.inboundAuth.usesJwt) {
    throw invalid(scope, 'IdentityNeedsUserToken', {
      what: `${identity} acts for the person who calls, and callers of this gateway bring no token that names one`,
      got: context.targetName,
      allowed: 'a gateway with InboundAuth.jwt(...): with signed AWS requests AgentCore has no user',
      fix: 'guard the gateway with InboundAuth.jwt(...), or give this target OutboundIdentity.bot or broker',
    });
  }
}

/** Refuses an OAuth token for a runtime that checks signatures, and a signature for one that checks tokens. */
function checkRuntimeAuth(scope: Construct, context: IdentityContext, identity: string, sendsToken: boolean): void {
  if (context.runtimeUsesJwt === !sendsToken) {
    throw invalid(scope, 'IdentityNotForRuntimeAuth', {
      what: sendsToken
        ? `${identity} sends a token, and this runtime takes signed AWS requests only`
        : `${identity} signs requests, and this runtime takes tokens only`,
      got: context.targetName,
      allowed: sendsToken ? 'a runtime guarded by InboundAuth.jwt(...)' : 'a runtime guarded by InboundAuth.iam()',
      fix: sendsToken
        ? 'use OutboundIdentity.gatewayRole()'
        : 'use OutboundIdentity.onBehalfOf(...) or clientCredentials(...)',
    });
  }
}

/*
 * The L2's credentials without its grants: those name every secret of AgentCore Identity in the account, and warn about
 * it. What the gateway needs is listed exactly in the bound identity.
 */

/** An API key; a header without prefix, for which the L2 would put `Bearer`, has none. */
export class ApiKeyCredential extends agentcore.ApiKeyCredentialProviderConfiguration {
  public override grantNeededPermissionsToRole(): undefined {
    return undefined;
  }

  public override _render(): agentcore.CfnGatewayTarget.CredentialProviderConfigurationProperty {
    const { credentialProviderType, providerArn, credentialLocation } = this;
    return {
      credentialProviderType,
      credentialProvider: {
        apiKeyCredentialProvider: {
          providerArn,
          credentialLocation: credentialLocation.credentialLocationType,
          credentialParameterName: credentialLocation.credentialParameterName,
          credentialPrefix: credentialLocation.credentialPrefix || undefined,
        },
      },
    };
  }
}

/** A token of an OAuth server. */
export class OAuthCredential extends agentcore.OAuthCredentialProviderConfiguration {
  public override grantNeededPermissionsToRole(): undefined {
    return undefined;
  }
}
