/* How models are spoken to: six dialects, as far as a scripted model needs them. */
import { randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** What the model does in one answer. */
export type Step =
  { readonly tool: string; readonly input: object; readonly namespace?: string } | { readonly text: string };

/** What a request says, the same for all dialects. */
export interface ModelRequest {
  /** results of tools after the last plain words of the user: the number of the step */
  readonly step: number;
  /** the last plain words of the user */
  readonly prompt: string;
  /** names of the tools that are offered; without any it is a side request: a title, a probe */
  readonly tools: string[];
}

export interface Dialect {
  readonly name: 'messages' | 'bedrock-invoke' | 'converse' | 'responses' | 'chat' | 'gemini';
  readonly path: RegExp;
  readonly contentType: string;
  read(body: Record<string, unknown>): ModelRequest;
  write(step: Step, model: string): Buffer;
}

/** What each answer is said to have cost, in tokens. Input is without what came from or went to the cache. */
export const USAGE = { input: 1000, output: 50, cacheRead: 200, cacheWrite: 100 } as const;

const TOTAL_INPUT = USAGE.input + USAGE.cacheRead;
const EVENT_STREAM = 'application/vnd.amazon.eventstream';
const SSE = 'text/event-stream';

interface Entry {
  /** what the entry is: words of the user, results of tools, or neither */
  readonly text?: string;
  readonly results: number;
}

function counted(entries: Entry[], tools: string[]): ModelRequest {
  const last = entries.findLastIndex(
    ({ text, results }) => results === 0 && text !== undefined && text !== '' && !text.startsWith('<'),
  );
  const step = entries.slice(last + 1).reduce((sum, { results }) => sum + results, 0);
  return { step, prompt: entries[last]?.text ?? '', tools };
}

type Json = Record<string, unknown>;
const list = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : []);
/** programs add reminders of their own in the user's name */
const plain = (parts: Json[]): Json[] => parts.filter(({ text }) => typeof text === 'string' && !text.startsWith('<'));
const words = (parts: Json[]): string => parts.map(({ text }) => text ?? '').join('');

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

const messages: Dialect = {
  name: 'messages',
  path: /\/v1\/messages$/,
  contentType: SSE,
  read: readMessages,
  write: (step, model) => sse(messagesEvents(step, model), true),
};

const bedrockInvoke: Dialect = {
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

const converse: Dialect = {
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

const responses: Dialect = {
  name: 'responses',
  path: /\/responses$/,
  contentType: SSE,
  read(body) {
    const entries = list(body.input).map(({ type, role, content }): Entry => {
      const isResult = /_output$/.test(String(type));
      const text = role === 'user' ? (typeof content === 'string' ? content : words(list(content))) : undefined;
      return { text, results: isResult ? 1 : 0 };
    });
    const names = list(body.tools).flatMap(({ name, type, tools }) =>
      type === 'namespace' ? list(tools).map((tool) => `${String(name)}/${String(tool.name)}`) : String(name ?? type),
    );
    return counted(entries, names);
  },
  write(step, model) {
    const id = `resp_${randomUUID()}`;
    const item =
      'text' in step
        ? { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: step.text, annotations: [] }] }
        : {
            type: 'function_call',
            call_id: `call_${randomUUID().slice(0, 8)}`,
            name: step.tool,
            arguments: JSON.stringify(step.input),
            ...(step.namespace ? { namespace: step.namespace } : {}),
          };
    const done = { id: `item_${randomUUID().slice(0, 8)}`, status: 'completed', ...item };
    const usage = {
      input_tokens: TOTAL_INPUT,
      input_tokens_details: { cached_tokens: USAGE.cacheRead },
      output_tokens: USAGE.output,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: TOTAL_INPUT + USAGE.output,
    };
    const text =
      'text' in step
        ? [
            {
              type: 'response.output_text.delta',
              item_id: done.id,
              output_index: 0,
              content_index: 0,
              delta: step.text,
            },
          ]
        : [];
    const added = 'text' in step ? { ...done, status: 'in_progress', content: [] } : { ...done, arguments: '' };
    const response = { id, object: 'response', created_at: 1, model, output: [] };
    return sse(
      [
        { type: 'response.created', response: { ...response, status: 'in_progress' } },
        { type: 'response.output_item.added', output_index: 0, item: added },
        ...text,
        { type: 'response.output_item.done', output_index: 0, item: done },
        { type: 'response.completed', response: { ...response, status: 'completed', output: [done], usage } },
      ],
      true,
    );
  },
};

const chat: Dialect = {
  name: 'chat',
  path: /\/chat\/completions$/,
  contentType: SSE,
  read(body) {
    const entries = list(body.messages).map(({ role, content }): Entry => {
      const text = typeof content === 'string' ? content : words(list(content));
      return { text: role === 'user' ? text : undefined, results: role === 'tool' ? 1 : 0 };
    });
    return counted(
      entries,
      list(body.tools).map((tool) => String((tool.function as Json).name)),
    );
  },
  write(step, model) {
    const chunk = (delta: Json, finish: string | null, usage?: Json): Json => ({
      id: 'chatcmpl-1',
      object: 'chat.completion.chunk',
      created: 1,
      model,
      choices: [{ index: 0, delta, finish_reason: finish }],
      ...(usage ? { usage } : {}),
    });
    const called = (tool: string, input: object): Json => ({
      index: 0,
      id: `call_${randomUUID().slice(0, 8)}`,
      type: 'function',
      function: { name: tool, arguments: JSON.stringify(input) },
    });
    const delta = 'text' in step ? { content: step.text } : { tool_calls: [called(step.tool, step.input)] };
    const usage = {
      prompt_tokens: TOTAL_INPUT,
      completion_tokens: USAGE.output,
      total_tokens: TOTAL_INPUT + USAGE.output,
      prompt_tokens_details: { cached_tokens: USAGE.cacheRead },
    };
    return Buffer.concat([
      sse(
        [chunk({ role: 'assistant', ...delta }, null), chunk({}, 'text' in step ? 'stop' : 'tool_calls', usage)],
        false,
      ),
      Buffer.from('data: [DONE]\n\n'),
    ]);
  },
};

const gemini: Dialect = {
  name: 'gemini',
  path: /:streamGenerateContent$/,
  contentType: SSE,
  read(body) {
    const entries = list(body.contents)
      .filter(({ role }) => role === 'user')
      .map(({ parts }): Entry => {
        const results = list(parts).filter(({ functionResponse }) => functionResponse !== undefined).length;
        return { text: words(plain(list(parts))), results };
      });
    const names = list(body.tools).flatMap(({ functionDeclarations }) =>
      list(functionDeclarations).map(({ name }) => String(name)),
    );
    return counted(entries, names);
  },
  write(step, model) {
    const part =
      'text' in step ? { text: step.text } : { functionCall: { name: step.tool, args: step.input, id: randomUUID() } };
    const usageMetadata = {
      promptTokenCount: TOTAL_INPUT,
      cachedContentTokenCount: USAGE.cacheRead,
      candidatesTokenCount: USAGE.output,
      totalTokenCount: TOTAL_INPUT + USAGE.output,
    };
    const candidate = { content: { role: 'model', parts: [part] }, finishReason: 'STOP', index: 0 };
    return sse([{ candidates: [candidate], usageMetadata, modelVersion: model }], false);
  },
};

export const DIALECTS: Dialect[] = [bedrockInvoke, converse, messages, responses, chat, gemini];

function sse(events: Json[], isNamed: boolean): Buffer {
  const lines = events.map((event) => {
    const name = isNamed ? `event: ${String(event.type)}\n` : '';
    return `${name}data: ${JSON.stringify(event)}\n\n`;
  });
  return Buffer.from(lines.join(''));
}

/** One message of the event stream of AWS: lengths, headers, payload, and two checksums. */
function frame(type: string, payload: object): Buffer {
  const headers = Buffer.concat([
    header(':event-type', type),
    header(':content-type', 'application/json'),
    header(':message-type', 'event'),
  ]);
  const body = Buffer.from(JSON.stringify(payload));
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(headers.length + body.length + 16, 0);
  prelude.writeUInt32BE(headers.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const message = Buffer.concat([prelude, headers, body]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(message), 0);
  return Buffer.concat([message, checksum]);
}

function header(name: string, value: string): Buffer {
  const STRING = 7;
  const length = Buffer.alloc(2);
  length.writeUInt16BE(value.length, 0);
  return Buffer.concat([
    Buffer.from([name.length]),
    Buffer.from(name),
    Buffer.from([STRING]),
    length,
    Buffer.from(value),
  ]);
}
