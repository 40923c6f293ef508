import type { IConstruct } from 'constructs';
import type { OAuthClientConfig, OAuthProviderConfig } from './client';
import type { AuthorizationServer, OAuthServerOptions } from './server';
import { checkServer, discoveryOf, OAuthClientAuthentication } from './server';
import { checkIncluded, checkTenant, hostFrom } from './vendor-checks';
import { checkArguments } from '../../private/kinds';

/**
 * The service at which people consent, and where AgentCore gets and renews their tokens.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/identity-idps.html
 */
export abstract class OAuthVendor {
  /**
   * github.com. Take a GitHub App with expiring user tokens rather than an OAuth App, so that tokens are renewed; a
   * GitHub App ignores scopes, its permissions count.
   */
  public static github(): OAuthVendor {
    return new OwnVendor('GithubOauth2', 'githubOauth2ProviderConfig');
  }

  /**
   * A GitHub of your own: GitHub Enterprise Server, or Enterprise Cloud with data residency.
   *
   * @param host for example `acme.ghe.com`
   */
  public static githubEnterprise(host: string): OAuthVendor {
    checkArguments('OAuthVendor.githubEnterprise', { host: ['string', host] });
    const issuer = `https://${hostFrom(host)}/login/oauth`;
    const endpoints = { authorizationEndpoint: `${issuer}/authorize`, tokenEndpoint: `${issuer}/access_token` };
    return OAuthVendor.custom({ authorizationServer: { issuer, ...endpoints } });
  }

  /**
   * Atlassian's OAuth 2.0 (3LO) apps, for the REST API at `https://api.atlassian.com`. Their tokens are reported not to
   * be accepted by Atlassian's MCP server: see `atlassianMcp`. Add the scope `offline_access`, or consent ends after an
   * hour.
   */
  public static atlassian(): OAuthVendor {
    return new OwnVendor('AtlassianOauth2', 'atlassianOauth2ProviderConfig');
  }

  /**
   * Atlassian's MCP server, `https://mcp.atlassian.com/v1/mcp/authv2`. AgentCore registers no clients: register one by
   * hand, with the callback URL. Add the scope `offline_access`.
   *
   * Atlassian insists on PKCE; whether AgentCore sends it is not documented: try it before you build on it.
   *
   * @param issuer `issuer` in the server's metadata, `https://auth.atlassian.com/` and an id
   */
  public static atlassianMcp(issuer: string): OAuthVendor {
    checkArguments('OAuthVendor.atlassianMcp', { issuer: ['string', issuer] });
    const authorizationEndpoint = 'https://auth.atlassian.com/authorize';
    const tokenEndpoint = 'https://auth.atlassian.com/oauth/token';
    return OAuthVendor.custom({ authorizationServer: { issuer, authorizationEndpoint, tokenEndpoint } });
  }

  /**
   * Slack, for tokens of people (`xoxp`): what Slack's MCP server wants. The endpoints of AgentCore's own Slack vendor
   * give bots' tokens, which it refuses, so this is a custom one.
   *
   * @see https://docs.slack.dev/ai/slack-mcp-server
   */
  public static slack(): OAuthVendor {
    return OAuthVendor.custom({
      authorizationServer: {
        issuer: 'https://slack.com',
        authorizationEndpoint: 'https://slack.com/oauth/v2_user/authorize',
        tokenEndpoint: 'https://slack.com/api/oauth.v2.user.access',
      },
      clientAuthentication: OAuthClientAuthentication.POST,
    });
  }

  /** Google. */
  public static google(): OAuthVendor {
    return new OwnVendor('GoogleOauth2', 'googleOauth2ProviderConfig');
  }

  /**
   * Microsoft Entra ID.
   *
   * @param tenantId the directory's id or domain
   */
  public static microsoft(tenantId: string): OAuthVendor {
    checkArguments('OAuthVendor.microsoft', { tenantId: ['string', tenantId] });
    checkTenant(tenantId);
    return new OwnVendor('MicrosoftOauth2', 'microsoftOauth2ProviderConfig', { tenantId });
  }

  /** Salesforce. */
  public static salesforce(): OAuthVendor {
    return new OwnVendor('SalesforceOauth2', 'salesforceOauth2ProviderConfig');
  }

  /** LinkedIn. */
  public static linkedin(): OAuthVendor {
    return new OwnVendor('LinkedinOauth2', 'linkedinOauth2ProviderConfig');
  }

  /** Okta: one of your authorization servers. */
  public static okta(server: AuthorizationServer): OAuthVendor {
    checkArguments('OAuthVendor.okta', { server: ['AuthorizationServer', server] });
    return OAuthVendor.of('OktaOauth2', server);
  }

  /** Auth0: your tenant. */
  public static auth0(server: AuthorizationServer): OAuthVendor {
    checkArguments('OAuthVendor.auth0', { server: ['AuthorizationServer', server] });
    return OAuthVendor.of('Auth0Oauth2', server);
  }

  /** Amazon Cognito: one of your user pools. */
  public static cognito(server: AuthorizationServer): OAuthVendor {
    checkArguments('OAuthVendor.cognito', { server: ['AuthorizationServer', server] });
    return OAuthVendor.of('CognitoOauth2', server);
  }

  /**
   * Another vendor that AgentCore includes, by CloudFormation's name for it, such as `NotionOauth2`.
   *
   * Errors: a name that AgentCore does not include; a vendor with a server for each customer, without that server.
   *
   * @param name one of CloudFormation's names
   * @param server your tenant; for Auth0, Cognito, CyberArk, FusionAuth, Okta, OneLogin and PingOne
   */
  public static of(name: string, server?: AuthorizationServer): OAuthVendor {
    checkArguments('OAuthVendor.of', { name: ['string', name], server: ['AuthorizationServer?', server] });
    return new IncludedVendor(name, server);
  }

  /** Any other authorization server. Errors: no address or two; addresses that are not https. */
  public static custom(server: OAuthServerOptions): OAuthVendor {
    checkArguments('OAuthVendor.custom', { server: ['OAuthServerOptions', server] });
    return new CustomVendor(server);
  }

  protected constructor() {}

  /** @internal */
  public abstract _render(client: OAuthClientConfig, scope: IConstruct): OAuthProviderConfig;
}

class OwnVendor extends OAuthVendor {
  public constructor(
    private readonly name: string,
    private readonly block: string,
    private readonly extra: { tenantId?: string } = {},
  ) {
    super();
  }

  /** @internal */
  public _render(client: OAuthClientConfig): OAuthProviderConfig {
    return { vendor: this.name, input: { [this.block]: { ...client, ...this.extra } } };
  }
}

class IncludedVendor extends OAuthVendor {
  public constructor(
    private readonly name: string,
    private readonly server?: AuthorizationServer,
  ) {
    super();
    checkIncluded(name, server);
    if (server !== undefined) {
      checkServer(server);
    }
  }

  /** @internal */
  public _render(client: OAuthClientConfig): OAuthProviderConfig {
    return { vendor: this.name, input: { includedOauth2ProviderConfig: { ...client, ...this.server } } };
  }
}

class CustomVendor extends OAuthVendor {
  public constructor(private readonly server: OAuthServerOptions) {
    super();
    discoveryOf(server);
  }

  /** @internal */
  public _render(client: OAuthClientConfig, scope: IConstruct): OAuthProviderConfig {
    const { clientAuthentication, privateEndpoint } = this.server;
    return {
      vendor: 'CustomOauth2',
      input: {
        customOauth2ProviderConfig: {
          ...client,
          oauthDiscovery: discoveryOf(this.server),
          clientAuthenticationMethod: clientAuthentication ?? OAuthClientAuthentication.BASIC,
          privateEndpoint: privateEndpoint?._render(scope),
        },
      },
    };
  }
}
