/* What all dialects of models share. */
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

export const TOTAL_INPUT = USAGE.input + USAGE.cacheRead;
export const EVENT_STREAM = 'application/vnd.amazon.eventstream';
export const SSE = 'text/event-stream';

export interface Entry {
  /** what the entry is: words of the user, results of tools, or neither */
  readonly text?: string;
  readonly results: number;
}

export function counted(entries: Entry[], tools: string[]): ModelRequest {
  const last = entries.findLastIndex(
    ({ text, results }) => results === 0 && text !== undefined && text !== '' && !text.startsWith('<'),
  );
  const step = entries.slice(last + 1).reduce((sum, { results }) => sum + results, 0);
  return { step, prompt: entries[last]?.text ?? '', tools };
}

export type Json = Record<string, unknown>;
export const list = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : []);
/** programs add reminders of their own in the user's name */
export const plain = (parts: Json[]): Json[] =>
  parts.filter(({ text }) => typeof text === 'string' && !text.startsWith('<'));
export const words = (parts: Json[]): string => parts.map(({ text }) => text ?? '').join('');

export function sse(events: Json[], isNamed: boolean): Buffer {
  const lines = events.map((event) => {
    const name = isNamed ? `event: ${String(event.type)}\n` : '';
    return `${name}data: ${JSON.stringify(event)}\n\n`;
  });
  return Buffer.from(lines.join(''));
}
