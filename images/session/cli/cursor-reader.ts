import type { AgentEvent, CliExit, CliOutcome } from '../contract';
import type { Fields } from '../shared/json';
import { crash, detail, fieldsOf, listOf, oneLine, RecordReader, textOf } from './outcome';
import type { Failure } from './outcome';

/**
 * Reads `--output-format stream-json`, by its documentation. A failed run ends without a final record.
 *
 * @see https://cursor.com/docs/cli/reference/output-format
 */
export class CursorReader extends RecordReader {
  private result: Fields | undefined;

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
