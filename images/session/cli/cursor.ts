import * as path from 'node:path';
import { binaryOf, factsOf } from '../../../lib/contract/agents';
import type { AgentEvent, CliAdapter, CliCommand, CliExit, CliOutcome, CliRun, Finality } from '../contract';
import type { Fields } from '../shared/json';
import { promptArgument, routeNotSupported } from './model';
import type { Failure } from './outcome';
import { RecordReader, crash, detail, fieldsOf, listOf, oneLine, textOf } from './outcome';

/**
 * Cursor CLI, by its documentation: it is not in the npm registry, and was not run.
 *
 * @see https://cursor.com/docs/cli/headless
 */
export const cursor: CliAdapter = {
  name: 'cursor',
  limits: factsOf('cursor').limits,
  command,
  reader: (run) => new CursorReader(run),
};

function command(run: CliRun): CliCommand {
  const { settings, continues, mcp, model } = run;
  if (model.via !== 'provider') {
    throw routeNotSupported('cursor', model, 'provider, with a key of Cursor');
  }
  const servers = mcp === undefined ? {} : { [mcp.name]: { url: mcp.url } };
  return {
    file: binaryOf('cursor'),
    args: [
      ...['-p', '--force', '--output-format', 'stream-json', '--approve-mcps', '--trust'],
      ...(settings.model === undefined ? [] : ['--model', settings.model]),
      ...(continues === undefined ? [] : ['--resume', continues.conversation]),
      promptArgument('cursor', run.prompt),
    ],
    environment: { CURSOR_API_KEY: model.key.reveal(), NO_COLOR: '1' },
    files: [{ path: path.join(run.home, '.cursor', 'mcp.json'), content: JSON.stringify({ mcpServers: servers }) }],
  };
}

/**
 * Reads `--output-format stream-json`, by its documentation. A failed run ends without a final record.
 *
 * @see https://cursor.com/docs/cli/reference/output-format
 */
class CursorReader extends RecordReader {
  private result: Fields | undefined;

  public get finality(): Finality {
    return this.result === undefined ? 'none' : 'certain';
  }

  public finish(exit: CliExit): CliOutcome {
    return this.concluded(exit, this.result === undefined ? crash(exit) : failureOf(this.result));
  }

  protected record(record: Fields): AgentEvent[] {
    this.converse(textOf(record, 'session_id'));
    switch (record.type) {
      case 'assistant': {
        const parts = listOf(fieldsOf(record, 'message'), 'content');
        return parts.flatMap((part) => this.say(textOf(part, 'text') ?? ''));
      }
      case 'tool_call':
        return toolEvents(record);
      case 'result':
        this.result = record;
        this.text = textOf(record, 'result') ?? this.text;
        return [];
      default:
        return [];
    }
  }
}

/** the name of the tool is the only key of its call */
function toolEvents(record: Fields): AgentEvent[] {
  const call = fieldsOf(record, 'tool_call');
  const [name] = Object.keys(call);
  if (name === undefined) {
    return [];
  }
  const { args, result } = fieldsOf(call, name);
  const id = textOf(record, 'call_id') ?? '';
  if (record.subtype === 'started') {
    return [{ type: 'tool', id, name, status: 'started', input: detail(args) }];
  }
  const isGood = typeof result === 'object' && result !== null && 'success' in result;
  return [{ type: 'tool', id, name, status: isGood ? 'done' : 'failed', output: detail(result) }];
}

function failureOf(result: Fields): Failure | undefined {
  const isGood = result.is_error === false && result.subtype === 'success';
  return isGood
    ? undefined
    : { errorCode: 'AgentFailed', message: oneLine(textOf(result, 'result') ?? 'the agent failed') };
}
