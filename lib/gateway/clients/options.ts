/** How a person at a laptop signs in. A public client with PKCE: there is no secret. */
export interface ClientOAuthOptions {
  /**
   * The id of the application at the identity provider, one for all clients and people. It must be a public client
   * without a secret, for authorization code with PKCE, with the `redirectUris` of the configuration registered.
   */
  readonly clientId: string;

  /**
   * The port on the laptop to which the browser brings the answer of the identity provider: 1024 to 65535. Cursor has a
   * fixed port of its own.
   *
   * @default 8765
   */
  readonly callbackPort?: number;

  /**
   * Scopes to ask for. Some clients ask for those that the gateway names in its answer, whatever is written here.
   *
   * @default - the client asks for what the gateway advertises; Gemini CLI asks for none, and the identity provider
   * decides
   */
  readonly scopes?: string[];
}

/** How a client reaches a gateway. */
export interface ClientConfigurationOptions {
  /**
   * What the client calls the server: a letter, then letters, digits and dashes, at most 16 in all. Clients put it in
   * front of the name of each tool, so keep it short.
   *
   * @default 'tools'
   */
  readonly serverName?: string;

  /**
   * For a person at a laptop: sign-in in a browser. Only for a gateway that is guarded by JWT.
   *
   * @default - `headless` or `headersHelper` must be given, unless the gateway is guarded by IAM
   */
  readonly oauth?: ClientOAuthOptions;

  /**
   * For a pipeline or a session of an agent, where no browser is: the client takes the token from the environment
   * variable `MCP_GATEWAY_TOKEN` when it starts. The token is never written to a file. A client that was started with a
   * token that has expired must be started again; `headersHelper` fetches a new one instead.
   *
   * Cursor is reported to ignore the variable where a gateway offers sign-in, as AgentCore gateways guarded by JWT do.
   *
   * @default false
   */
  readonly headless?: boolean;

  /**
   * The absolute path of a program on the machine that prints the headers of a request as a JSON object, for example
   * `{"Authorization":"Bearer ..."}`. For Claude Code and Codex.
   *
   * @default - no program is asked
   */
  readonly headersHelper?: string;
}

/** What a gateway tells about itself. Not part of the API. */
export interface ClientGateway {
  /** the MCP endpoint; may be known only at deployment */
  readonly url: string;
  readonly region: string;
  readonly usesJwt: boolean;
}
