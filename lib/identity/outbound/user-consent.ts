import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { BoundIdentity, IdentityContext } from '../bound-identity';
import type { ConsentPortal } from '../consent/consent-portal';
import { clientWith, makeProvider } from '../oauth/client';
import { checkParameters, checkScopes, warnOfBroadScopes } from '../oauth/scopes';
import { checkClientId } from '../oauth/server';
import type { OAuthVendor } from '../oauth/vendor';
import { OAuthCredential } from './checks';
import { rowOf } from './matrix';
import type { SecretReference } from '../secret-reference';
import { bindSecret } from '../secret-reference';
import { OAuthGrantType } from '../../mixins/gateway-target-oauth-grant';
import { checkReturnUrl } from '../../private/https-url';
import { invalid, invalidValue } from '../../private/errors';
import { surelyDiffer } from '../../private/references';

const ID = 'OAuth';

/** An OAuth client to whose use people consent. Give `portal` or `returnUrl`. */
export interface UserConsentProps {
  /** The service at which they consent. */
  readonly vendor: OAuthVendor;

  /** The id of the client: a GitHub App, a Slack app, ... */
  readonly clientId: string;

  /** The secret of the client. */
  readonly clientSecret: SecretReference;

  /** What people consent to: at least one scope, one in each entry. */
  readonly scopes: string[];

  /**
   * The portal in which people connect their accounts, of the same gateway and in the same stack.
   *
   * @default - `returnUrl` finishes the consent
   */
  readonly portal?: ConsentPortal;

  /**
   * An https page of yours to which the browser returns, and which calls `CompleteResourceTokenAuth` for the person who
   * is signed in there. The gateway's workload identity must list it.
   *
   * @default - the return URL of `portal`
   */
  readonly returnUrl?: string;

  /**
   * Further parameters for the authorization server, at most ten; plain text in the template.
   *
   * @default - none
   */
  readonly customParameters?: { [name: string]: string };
}

export function checkUserConsent(props: UserConsentProps): void {
  const { portal, returnUrl } = props;
  checkClientId(props.clientId);
  checkScopes(props.scopes);
  checkParameters(props.customParameters ?? {});
  checkReturnUrl(returnUrl);
  if ((portal === undefined) === (returnUrl === undefined)) {
    throw invalidValue('ConsentReturnAmbiguous', {
      what: `${portal === undefined ? 'neither' : 'both'} portal and returnUrl are given`,
      allowed: 'exactly one of them: somebody has to finish the consent',
      fix: 'use a ConsentPortal, unless you host a page that calls CompleteResourceTokenAuth',
    });
  }
}

export function bindUserConsent(scope: Construct, context: IdentityContext, props: UserConsentProps): BoundIdentity {
  checkContext(scope, context, props.portal);
  warnOfBroadScopes(scope, props.scopes);
  const secret = bindSecret(scope, props.clientSecret, 'clientSecret');
  const provider = makeProvider(scope, ID, props.vendor._render(clientWith(props.clientId, secret), scope));
  props.portal?._addProvider(provider.name, secret.statements);
  const { providerArn, callbackUrl } = provider;
  return {
    credential: new OAuthCredential({
      providerArn,
      secretArn: secret.config.secretId,
      scopes: props.scopes,
      customParameters: props.customParameters,
    }),
    oauthGrant: {
      grantType: OAuthGrantType.AUTHORIZATION_CODE,
      defaultReturnUrl: props.portal?.returnUrl ?? props.returnUrl,
    },
    fetch: { kind: 'oauth2', providerArn },
    statements: secret.statements,
    actor: 'the person who calls, with the account that she connected',
    callbackUrl,
    dependencies: [],
  };
}

function checkContext(scope: Construct, context: IdentityContext, portal: ConsentPortal | undefined): void {
  if (!context.hasToolSchema && rowOf('userConsent').at[context.kind] === 'withToolSchema') {
    throw invalid(scope, 'ConsentNeedsToolSchema', {
      what: 'OutboundIdentity.userConsent needs the tools as a fixed list: without one AgentCore asks the server for them at deployment, and waits for a person to consent',
      got: context.targetName,
      allowed: 'a target with toolSchema',
      fix: 'save what the server answers to tools/list beside your app and give it as toolSchema',
    });
  }
  checkPortal(scope, context, portal);
}

function checkPortal(scope: Construct, context: IdentityContext, portal: ConsentPortal | undefined): void {
  if (portal !== undefined && context.gatewayId !== undefined && surelyDiffer(portal.gatewayId, context.gatewayId)) {
    throw invalid(scope, 'PortalOfOtherGateway', {
      what: 'the consent portal belongs to another gateway',
      got: portal.node.path,
      allowed: 'a portal of the gateway of this target: it knows that gateway and its people only',
      fix: 'make a ConsentPortal for this gateway',
    });
  }
  if (portal !== undefined && Stack.of(portal) !== Stack.of(scope)) {
    throw invalid(scope, 'PortalInOtherStack', {
      what: 'the consent portal is in another stack: it waits for the gateway, and this target for it',
      got: `${portal.node.path} in stack '${Stack.of(portal).stackName}'`,
      allowed: `a portal in stack '${Stack.of(scope).stackName}'`,
      fix: 'make the portal in the stack of the gateway',
    });
  }
}
