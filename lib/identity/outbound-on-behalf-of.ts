import { Token } from 'aws-cdk-lib';
import type * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type { Construct } from 'constructs';
import type { BoundIdentity, IdentityContext } from './bound-identity';
import { bindPrivateKey } from './oauth-private-key-jwt';
import type { OAuthProviderConfig } from './oauth-provider';
import { clientWith, makeProvider } from './oauth-provider';
import { checkParameters, checkScopes, warnOfBroadScopes } from './oauth-scopes';
import { checkClientId, discoveryOf, OAuthClientAuthentication } from './oauth-server';
import { checkTenant } from './oauth-vendor-checks';
import { checkKind, checkRuntimeAuth, checkUserToken } from './outbound-checks';
import { OAuthCredential } from './outbound-credentials';
import type { MicrosoftOnBehalfOfProps, OnBehalfOfProps } from './outbound-on-behalf-of-props';
import { ActorToken, OnBehalfOfGrant } from './outbound-on-behalf-of-props';
import type { BoundSecret } from './secret-reference';
import { bindSecret } from './secret-reference';
import { OAuthGrantType } from '../mixins/gateway-target-oauth-grant';
import { ListingMode } from '../mixins/mcp-server-listing';
import { invalidValue } from '../private/errors';

const NAME = 'OutboundIdentity.onBehalfOf';
const ID = 'OAuth';

type ExchangeConfig = agentcore.CfnOAuth2CredentialProvider.OnBehalfOfTokenExchangeConfigProperty;

export function checkOnBehalfOf(props: OnBehalfOfProps): void {
  const { clientSecret, privateKeyJwt, clientAuthentication, grant, actorToken, actorTokenScopes, subjectTokenType } =
    props;
  checkClientId(props.clientId);
  checkScopes(props.scopes);
  discoveryOf(props);
  checkParameters(parametersOf(props));
  if ((clientSecret === undefined) === (privateKeyJwt === undefined)) {
    throw invalidValue('ClientCredentialAmbiguous', {
      what: `${clientSecret === undefined ? 'neither' : 'both'} clientSecret and privateKeyJwt are given`,
      allowed: 'exactly one of them: it is how the client proves who it is',
      fix: 'prefer privateKeyJwt, if your authorization server takes it: then there is no secret at all',
    });
  }
  if (privateKeyJwt !== undefined && clientAuthentication !== undefined) {
    throw refuseTogether('privateKeyJwt', 'clientAuthentication', 'it says how a client secret is sent');
  }
  if (grant === OnBehalfOfGrant.JWT_BEARER && actorToken !== undefined) {
    throw refuseTogether('OnBehalfOfGrant.JWT_BEARER', 'actorToken', 'RFC 7523 has no actor');
  }
  if (grant === OnBehalfOfGrant.JWT_BEARER && subjectTokenType !== undefined) {
    throw refuseTogether('OnBehalfOfGrant.JWT_BEARER', 'subjectTokenType', 'RFC 7523 sends the token as an assertion');
  }
  if (actorTokenScopes !== undefined && actorToken !== ActorToken.M2M) {
    throw refuseTogether('actorTokenScopes', `actorToken ${actorToken ?? ActorToken.NONE}`, 'it is for ActorToken.M2M');
  }
  if (actorTokenScopes !== undefined) {
    checkScopes(actorTokenScopes);
  }
  checkTokenType(subjectTokenType);
}

function refuseTogether(one: string, other: string, why: string): Error {
  return invalidValue('OnBehalfOfOptionUnused', {
    what: `${one} and ${other} do not go together: ${why}`,
    allowed: 'options that have an effect',
    fix: 'remove one of them',
  });
}

function checkTokenType(type: string | undefined): void {
  if (type !== undefined && !Token.isUnresolved(type) && !URL.canParse(type)) {
    throw invalidValue('InvalidSubjectTokenType', {
      what: 'subjectTokenType is not an identifier of a token type',
      got: type,
      allowed: 'a URI of RFC 8693, section 3, or one of your authorization server',
      fix: 'leave it away for urn:ietf:params:oauth:token-type:jwt',
    });
  }
}

export function bindOnBehalfOf(scope: Construct, context: IdentityContext, props: OnBehalfOfProps): BoundIdentity {
  const { clientId, clientSecret, privateKeyJwt, clientAuthentication, privateEndpoint } = props;
  checkExchange(scope, context);
  const secret = clientSecret && bindSecret(scope, clientSecret, 'clientSecret');
  const key = privateKeyJwt && bindPrivateKey(scope, privateKeyJwt);
  const config: OAuthProviderConfig = {
    vendor: 'CustomOauth2',
    input: {
      customOauth2ProviderConfig: {
        ...(secret === undefined ? { clientId } : clientWith(clientId, secret)),
        clientAuthenticationMethod: clientAuthentication ?? OAuthClientAuthentication.BASIC,
        ...key?.config,
        oauthDiscovery: discoveryOf(props),
        onBehalfOfTokenExchangeConfig: exchangeOf(props),
        privateEndpoint: privateEndpoint?._render(),
      },
    },
  };
  return exchanged(scope, context, props, { config, secret, statements: key?.statements ?? [] });
}

export function checkMicrosoft({ tenantId, clientId, scopes }: MicrosoftOnBehalfOfProps): void {
  checkTenant(tenantId);
  checkClientId(clientId);
  checkScopes(scopes);
}

export function bindMicrosoft(
  scope: Construct,
  context: IdentityContext,
  props: MicrosoftOnBehalfOfProps,
): BoundIdentity {
  checkExchange(scope, context);
  const secret = bindSecret(scope, props.clientSecret, 'clientSecret');
  const client = { ...clientWith(props.clientId, secret), tenantId: props.tenantId };
  const config = { vendor: 'MicrosoftOauth2', input: { microsoftOauth2ProviderConfig: client } };
  return exchanged(scope, context, props, { config, secret, statements: [] });
}

function checkExchange(scope: Construct, context: IdentityContext): void {
  checkKind(scope, context, NAME, {
    lambda: 'no token reaches a function: use OutboundIdentity.gatewayRole(), or put an MCP server before it',
  });
  checkUserToken(scope, context, NAME);
  checkRuntimeAuth(scope, context, NAME, true);
}

interface Exchange {
  readonly config: OAuthProviderConfig;
  readonly secret?: BoundSecret;
  readonly statements: BoundIdentity['statements'];
}

interface Asked {
  readonly scopes: string[];
  readonly listing?: ListingMode;
  readonly audience?: string;
  readonly subjectTokenType?: string;
}

function exchanged(scope: Construct, context: IdentityContext, asked: Asked, exchange: Exchange): BoundIdentity {
  warnOfBroadScopes(scope, asked.scopes);
  const { providerArn } = makeProvider(scope, ID, exchange.config);
  const parameters = parametersOf(asked);
  const listsItself = context.hasToolSchema || context.kind === 'openApi' || asked.listing === ListingMode.DEFAULT;
  return {
    credential: new OAuthCredential({
      providerArn,
      secretArn: exchange.secret?.config.secretId ?? '',
      scopes: asked.scopes,
      customParameters: Object.keys(parameters).length > 0 ? parameters : undefined,
    }),
    oauthGrant: { grantType: OAuthGrantType.TOKEN_EXCHANGE },
    fetch: { kind: 'oauth2', providerArn },
    statements: [...(exchange.secret?.statements ?? []), ...exchange.statements],
    listing: listsItself ? undefined : 'DYNAMIC',
    actor: 'the person who calls, as the authorization server maps her',
    dependencies: [],
  };
}

function parametersOf({ audience, subjectTokenType }: Omit<Asked, 'scopes'>): Record<string, string> {
  return {
    ...(subjectTokenType === undefined ? {} : { subject_token_type: subjectTokenType }),
    ...(audience === undefined ? {} : { audience }),
  };
}

function exchangeOf({ grant, actorToken, actorTokenScopes }: OnBehalfOfProps): ExchangeConfig {
  return grant === OnBehalfOfGrant.JWT_BEARER
    ? { grantType: grant }
    : {
        grantType: OnBehalfOfGrant.TOKEN_EXCHANGE,
        tokenExchangeGrantTypeConfig: { actorTokenContent: actorToken ?? ActorToken.NONE, actorTokenScopes },
      };
}
