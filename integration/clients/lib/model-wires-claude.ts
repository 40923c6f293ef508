import { randomUUID } from 'node:crypto';
import { frame } from './event-stream.ts';
import {
  counted,
  type Dialect,
  type Entry,
  EVENT_STREAM,
  type Json,
  list,
  type ModelRequest,
  plain,
  SSE,
  sse,
  type Step,
  TOTAL_INPUT,
  USAGE,
  words,
} from './model-wire.ts';

function readMessages(body: Json): ModelRequest {
  const entries = list(body.messages)
    .filter(({ role }) => role === 'user')
    .map(({ content }): Entry => {
      const parts = typeof content === 'string' ? [{ text: content }] : list(content);
      return { text: words(plain(parts)), results: parts.filter(({ type }) => type === 'tool_result').length };
    });
  return counted(
    entries,
    list(body.tools).map(({ name }) => String(name)),
  );
}

function messagesEvents(step: Step, model: string): Json[] {
  const id = `toolu_${randomUUID().slice(0, 8)}`;
  const block = 'text' in step ? { type: 'text', text: '' } : { type: 'tool_use', id, name: step.tool, input: {} };
  const delta =
    'text' in step
      ? { type: 'text_delta', text: step.text }
      : { type: 'input_json_delta', partial_json: JSON.stringify(step.input) };
  const usage = {
    input_tokens: USAGE.input,
    cache_read_input_tokens: USAGE.cacheRead,
    cache_creation_input_tokens: USAGE.cacheWrite,
    output_tokens: 1,
  };
  const message = { id: `msg_${randomUUID()}`, type: 'message', role: 'assistant', model, content: [], usage };
  const reason = 'text' in step ? 'end_turn' : 'tool_use';
  return [
    { type: 'message_start', message: { ...message, stop_reason: null, stop_sequence: null } },
    { type: 'content_block_start', index: 0, content_block: block },
    { type: 'content_block_delta', index: 0, delta },
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: reason, stop_sequence: null },
      usage: { ...usage, output_tokens: USAGE.output },
    },
    { type: 'message_stop' },
  ];
}

export const messages: Dialect = {
  name: 'messages',
  path: /\/v1\/messages$/,
  contentType: SSE,
  read: readMessages,
  write: (step, model) => sse(messagesEvents(step, model), true),
};

export const bedrockInvoke: Dialect = {
  name: 'bedrock-invoke',
  path: /\/model\/[^/]+\/invoke-with-response-stream$/,
  contentType: EVENT_STREAM,
  read: readMessages,
  write: (step, model) =>
    Buffer.concat(
      messagesEvents(step, model).map((event) =>
        frame('chunk', { bytes: Buffer.from(JSON.stringify(event)).toString('base64') }),
      ),
    ),
};

export const converse: Dialect = {
  name: 'converse',
  path: /\/model\/[^/]+\/converse-stream$/,
  contentType: EVENT_STREAM,
  read(body) {
    const entries = list(body.messages)
      .filter(({ role }) => role === 'user')
      .map(({ content }): Entry => {
        const parts = list(content);
        return { text: words(parts), results: parts.filter(({ toolResult }) => toolResult !== undefined).length };
      });
    const { tools } = (body.toolConfig ?? {}) as { tools?: { toolSpec?: { name: string } }[] };
    return counted(entries, tools?.flatMap(({ toolSpec }) => toolSpec?.name ?? []) ?? []);
  },
  write(step) {
    const isText = 'text' in step;
    const start = isText ? undefined : { toolUse: { toolUseId: randomUUID(), name: step.tool } };
    const delta = isText ? { text: step.text } : { toolUse: { input: JSON.stringify(step.input) } };
    const usage = {
      inputTokens: USAGE.input,
      outputTokens: USAGE.output,
      totalTokens: TOTAL_INPUT + USAGE.cacheWrite + USAGE.output,
      cacheReadInputTokens: USAGE.cacheRead,
      cacheWriteInputTokens: USAGE.cacheWrite,
    };
    return Buffer.concat([
      frame('messageStart', { role: 'assistant' }),
      ...(start ? [frame('contentBlockStart', { contentBlockIndex: 0, start })] : []),
      frame('contentBlockDelta', { contentBlockIndex: 0, delta }),
      frame('contentBlockStop', { contentBlockIndex: 0 }),
      frame('messageStop', { stopReason: isText ? 'end_turn' : 'tool_use' }),
      frame('metadata', { usage, metrics: { latencyMs: 1 } }),
    ]);
  },
};
