import { randomUUID } from 'node:crypto';
import {
  counted,
  type Dialect,
  type Entry,
  type Json,
  list,
  SSE,
  sse,
  TOTAL_INPUT,
  USAGE,
  words,
} from './model-wire.ts';

export const responses: Dialect = {
  name: 'responses',
  path: /\/responses$/,
  contentType: SSE,
  read(body) {
    const entries = list(body.input).map(({ type, role, content }): Entry => {
      const isResult = /_output$/.test(String(type));
      const text = role === 'user' ? (typeof content === 'string' ? content : words(list(content))) : undefined;
      return { text, results: isResult ? 1 : 0 };
    });
    // on Bedrock, Codex offers its tools in an item of the input
    const offered = list(body.input).filter(({ type }) => type === 'additional_tools');
    const tools = [...list(body.tools), ...offered.flatMap((item) => list(item.tools))];
    const names = tools.flatMap(({ name, type, tools: inner }) =>
      type === 'namespace' ? list(inner).map((tool) => `${String(name)}/${String(tool.name)}`) : String(name ?? type),
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

export const chat: Dialect = {
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
