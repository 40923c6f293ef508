import type { Construct } from 'constructs';
import type { BoundIdentity } from '../bound-identity';
import type { OAuthClientProps } from '../oauth/client';
import { bindClient, checkClient, makeProvider } from '../oauth/client';
import { checkParameters, checkScopes, warnOfBroadScopes } from '../oauth/scopes';
import { OAuthCredential } from './checks';
import { OAuthGrantType } from '../../mixins/gateway-target-oauth-grant';
import { invalidValue } from '../../private/errors';

const ID = 'OAuth';
/** what AgentCore puts into the request itself */
const OWN_PARAMETERS = ['grant_type', 'client_id', 'client_secret', 'client_assertion', 'scope'];

/**
 * A client of the authorization server that gets tokens for itself. Give `discoveryUrl` or `authorizationServer`, and
 * `clientSecret` or `privateKeyJwt`.
 */
export interface ClientCredentialsProps extends OAuthClientProps {
  /**
   * What the token may be used for, one scope in each entry.
   *
   * @default - none is asked for: the authorization server decides
   */
  readonly scopes?: string[];

  /**
   * For whom the token is meant: `audience` in the request. Auth0 needs it.
   *
   * @default - the authorization server decides
   */
  readonly audience?: string;

  /**
   * Further parameters for the authorization server, `resource` for example; at most ten, `audience` among them. Plain
   * text in the template.
   *
   * @default - none
   */
  readonly customParameters?: { [name: string]: string };
}

export function checkClientCredentials(props: ClientCredentialsProps): void {
  const { scopes, audience, customParameters = {} } = props;
  checkClient(props);
  if (scopes !== undefined) {
    checkScopes(scopes);
  }
  const own = [...OWN_PARAMETERS, ...(audience === undefined ? [] : ['audience'])];
  const twice = Object.keys(customParameters).find((name) => own.includes(name));
  if (twice !== undefined) {
    throw invalidValue('OAuthParameterTwice', {
      what: 'customParameters names a parameter that the request has already',
      got: twice,
      allowed: `other parameters than ${own.join(', ')}`,
      fix: 'remove it, and use the option of its own',
    });
  }
  checkParameters(parametersOf(props));
}

export function bindClientCredentials(scope: Construct, props: ClientCredentialsProps): BoundIdentity {
  const { scopes = [] } = props;
  warnOfBroadScopes(scope, scopes);
  const { config, secret, statements } = bindClient(scope, props);
  const { providerArn } = makeProvider(scope, ID, config);
  const parameters = parametersOf(props);
  return {
    credential: new OAuthCredential({
      providerArn,
      secretArn: secret?.config.secretId ?? '',
      scopes,
      customParameters: Object.keys(parameters).length > 0 ? parameters : undefined,
    }),
    oauthGrant: { grantType: OAuthGrantType.CLIENT_CREDENTIALS },
    fetch: { kind: 'oauth2', providerArn },
    statements,
    actor: 'the client, the same for every caller',
    dependencies: [],
  };
}

function parametersOf({ audience, customParameters }: ClientCredentialsProps): Record<string, string> {
  return { ...(audience === undefined ? {} : { audience }), ...customParameters };
}
