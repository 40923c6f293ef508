/* How models are spoken to: six dialects, as far as a scripted model needs them. */
import type { Dialect } from './model-wire.ts';
import { bedrockInvoke, converse, messages } from './model-wires-claude.ts';
import { gemini } from './model-wires-gemini.ts';
import { chat, responses } from './model-wires-openai.ts';

export const DIALECTS: Dialect[] = [bedrockInvoke, converse, messages, responses, chat, gemini];
