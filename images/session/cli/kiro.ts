import * as path from 'node:path';
import { binaryOf, factsOf } from '../../../lib/contract/agents';
import type { AgentEvent, CliAdapter, CliCommand, CliExit, CliOutcome, CliReader, CliRun } from '../contract';
import { LastText } from './last-text';
import { routeNotSupported } from './model';
import { crash, outcomeOf } from './outcome';

/**
 * Kiro CLI, by its documentation: it is not in the npm registry, and was not run.
 *
 * @see https://kiro.dev/docs/cli/headless/
 */
export const kiro: CliAdapter = {
  name: 'kiro',
  limits: factsOf('kiro').limits,
  command,
  reader: (run) => new KiroReader(run),
};

function command(run: CliRun): CliCommand {
  const { settings, continues, mcp, model } = run;
  if (model.via !== 'provider') {
    throw routeNotSupported('kiro', model, 'provider, with a key of Kiro');
  }
  const servers = mcp === undefined ? {} : { [mcp.name]: { url: mcp.url, autoApprove: ['*'] } };
  return {
    file: binaryOf('kiro'),
    args: [
      ...['chat', '--no-interactive', '--trust-all-tools'],
      ...(settings.model === undefined ? [] : ['--model', settings.model]),
      // it names no conversation: the last one of the directory is the only one to go on with
      ...(continues === undefined ? [] : ['--resume']),
    ],
    environment: { KIRO_API_KEY: model.key.reveal(), NO_COLOR: '1' },
    files: [
      {
        path: path.join(run.home, '.kiro', 'settings', 'mcp.json'),
        content: JSON.stringify({ mcpServers: servers }),
      },
    ],
    // it reads what it is given there, however long
    input: run.prompt,
  };
}

/** Plain text. There is no final record, so the exit code and an answer have to do. */
class KiroReader implements CliReader {
  public readonly conversation: string | null;
  public readonly spent = { turns: null, tokens: null, dollars: null };
  public readonly finality = 'none';
  private readonly said = new LastText();

  constructor(run: CliRun) {
    this.conversation = run.continues?.conversation ?? run.directory;
  }

  public line(line: string): AgentEvent[] {
    const text = withoutColours(line);
    this.said.add(text);
    return text.trim() === '' ? [] : [{ type: 'text', text }];
  }

  public finish(exit: CliExit): CliOutcome {
    const { text } = this.said;
    return outcomeOf(exit, {
      failure: exit.code === 0 && text !== null ? undefined : crash(exit),
      text,
      ...{ turns: null, tokens: null, dollars: null, dollarsFrom: null, totals: null },
      conversation: this.conversation,
    });
  }
}

/** the sequences that terminals take for colours */
export function withoutColours(text: string): string {
  return text.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '');
}
