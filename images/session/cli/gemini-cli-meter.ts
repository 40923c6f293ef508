import type { CliMeter, CliRun } from '../contract';
import { dollarsOf } from './prices';
import { sessionId } from './gemini-cli';
import { ChatTokens, chatOf } from './gemini-cli-chat';

/** Follows the file of the conversation. */
export class GeminiCliMeter implements CliMeter {
  private readonly tokens = new ChatTokens(new Date());

  constructor(private readonly run: CliRun) {}

  public find(): Promise<string | null> {
    const { home, continues } = this.run;
    return Promise.resolve(chatOf(home, continues?.conversation ?? sessionId(this.run)) ?? null);
  }

  public line(line: string): ReturnType<CliMeter['line']> {
    const tokens = this.tokens.add(line);
    const { prices } = this.run.settings;
    return tokens === null ? null : { tokens, dollars: prices === undefined ? null : dollarsOf(tokens, prices) };
  }
}
