import { randomUUID } from 'node:crypto';
import { counted, type Dialect, type Entry, list, plain, SSE, sse, TOTAL_INPUT, USAGE, words } from './model-wire.ts';

export const gemini: Dialect = {
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
