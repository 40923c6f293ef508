import { claudeCode } from './claude-code';
import { codex } from './codex';
import { cursor } from './cursor';
import type { ClientDialect } from './dialect';
import { geminiCli } from './gemini-cli';
import { kiro } from './kiro';
import { openCode } from './open-code';

/** A program that uses the tools of a gateway, on a laptop, in a pipeline or in a session of an agent. */
export class McpClient {
  /** Claude Code of Anthropic. */
  public static readonly CLAUDE_CODE = new McpClient('ClaudeCode', claudeCode);

  /** Codex of OpenAI. */
  public static readonly CODEX = new McpClient('Codex', codex);

  /** Cursor, the editor and its command line. Rendered as documented; not tested with the program itself. */
  public static readonly CURSOR = new McpClient('Cursor', cursor);

  /** Gemini CLI of Google. */
  public static readonly GEMINI_CLI = new McpClient('GeminiCli', geminiCli);

  /** OpenCode. */
  public static readonly OPEN_CODE = new McpClient('OpenCode', openCode);

  /** Kiro of AWS, the editor and its command line. Rendered as documented; not tested with the program itself. */
  public static readonly KIRO = new McpClient('Kiro', kiro);

  /** The name, as ids of outputs contain it: `ClaudeCode`, for example. */
  public readonly name: string;

  /** @internal */
  public readonly _dialect: ClientDialect;

  private constructor(name: string, dialect: ClientDialect) {
    this.name = name;
    this._dialect = dialect;
  }
}
