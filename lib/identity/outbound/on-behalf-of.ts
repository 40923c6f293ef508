import { Token } from 'aws-cdk-lib';
import type * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type { Construct } from 'constructs';
import type { BoundIdentity, IdentityContext } from '../bound-identity';
import type { BoundClient } from '../oauth/client';
import { bindClient, checkClient, clientWith, makeProvider } from '../oauth/client';
import { checkParameters, checkScopes, warnOfBroadScopes } from '../oauth/scopes';
import { checkClientId } from '../oauth/server';
import { checkTenant } from '../oauth/vendor-checks';
import { OAuthCredential } from './checks';
import type { MicrosoftOnBehalfOfProps, OnBehalfOfProps } from './on-behalf-of-props';
import { ActorToken, OnBehalfOfGrant } from './on-behalf-of-props';
import { bindSecret } from '../secret-reference';
import { OAuthGrantType } from '../../mixins/gateway-target-oauth-grant';
import { ListingMode } from '../../mixins/listing-mode';
import { invalidValue } from '../../private/errors';

const ID = 'OAuth';

type ExchangeConfig = agentcore.CfnOAuth2CredentialProvider.OnBehalfOfTokenExchangeConfigProperty;

export function checkOnBehalfOf(props: OnBehalfOfProps): void {
  const { grant, actorToken, actorTokenScopes, subjectTokenType } = props;
  checkClient(props);
  checkScopes(props.scopes);
  checkParameters(parametersOf(props));
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
  return exchanged(scope, context, props, bindClient(scope, props, exchangeOf(props)));
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
  const secret = bindSecret(scope, props.clientSecret, 'clientSecret');
  const client = { ...clientWith(props.clientId, secret), tenantId: props.tenantId };
  const config = { vendor: 'MicrosoftOauth2', input: { microsoftOauth2ProviderConfig: client } };
  return exchanged(scope, context, props, { config, secret, statements: secret.statements });
}

interface Asked {
  readonly scopes: string[];
  readonly listing?: ListingMode;
  readonly audience?: string;
  readonly subjectTokenType?: string;
}

function exchanged(scope: Construct, context: IdentityContext, asked: Asked, client: BoundClient): BoundIdentity {
  warnOfBroadScopes(scope, asked.scopes);
  const { providerArn } = makeProvider(scope, ID, client.config);
  const parameters = parametersOf(asked);
  const listsItself = context.hasToolSchema || context.kind === 'openApi' || asked.listing === ListingMode.DEFAULT;
  return {
    credential: new OAuthCredential({
      providerArn,
      secretArn: client.secret?.config.secretId ?? '',
      scopes: asked.scopes,
      customParameters: Object.keys(parameters).length > 0 ? parameters : undefined,
    }),
    oauthGrant: { grantType: OAuthGrantType.TOKEN_EXCHANGE },
    fetch: { kind: 'oauth2', providerArn },
    statements: client.statements,
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
