/** What every entry needs: the name of the server and its URL, which may be known only at deployment. */
interface ServerEntry {
  readonly name: string;
  readonly url: string;
}

/** A person signs in at the identity provider, in a browser. */
export interface SignInEntry extends ServerEntry {
  readonly clientId: string;
  readonly callbackPort: number;
  readonly scopes: string[];
}

/** A token comes from an environment variable. */
interface TokenEntry extends ServerEntry {
  readonly variable: string;
}

/** A program on the machine prints the headers of a request. */
interface HelperEntry extends ServerEntry {
  readonly helper: string;
}

/** A local program speaks MCP on its standard input and output, and signs what it passes on. */
interface ProxyEntry {
  readonly name: string;
  readonly command: string;
  readonly args: string[];
}

/** How one client is told about a server. */
export interface ClientInstruction {
  readonly fileContent: string;
  readonly command?: string;
}

/** What differs between clients: words and file formats, nothing else. */
export interface ClientDialect {
  readonly filePath: string;
  /** empty where the path depends on a URL that is known only at deployment */
  redirectUris(entry: SignInEntry): string[];
  signInCommand?(name: string): string;
  signIn(entry: SignInEntry): ClientInstruction;
  token(entry: TokenEntry): ClientInstruction;
  /** absent where the client knows no such program */
  helper?(entry: HelperEntry): ClientInstruction;
  proxy(entry: ProxyEntry): ClientInstruction;
}

/** A configuration file with one server in it. */
export function jsonFile(key: string, name: string, server: object): string {
  return `${JSON.stringify({ [key]: { [name]: server } }, undefined, 2)}\n`;
}

/** A command line for a POSIX shell; what a token stands for is not looked at, so it is always quoted. */
export function shell(...words: string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`)).join(' ');
}

/** Scopes in the form of OAuth, or nothing where the gateway is to say which it wants. */
export function scopeList(scopes: string[]): string | undefined {
  return scopes.length > 0 ? scopes.join(' ') : undefined;
}
