/** When a gateway asks an MCP server for its tools. */
export enum ListingMode {
  /** When the target is made or changed, and when it is synchronized. */
  DEFAULT = 'DEFAULT',

  /** At each request, with the credential of that request. Rules out semantic search and user consent. */
  DYNAMIC = 'DYNAMIC',
}
