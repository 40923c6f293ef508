/* The process that holds what no CLI may have: credentials of AWS, the caller's token. See docs/bridge.md. */
import { causeOf, warn } from '../shared/log';
import { SessionError } from '../shared/problem';
import { hardenProcess } from '../shared/process';
import { createBridge } from './bridge';
import type { BridgeMessage, CallMessage } from './ipc';

hardenProcess();
// Node would print the whole error, and what is in it
process.on('uncaughtException', (error) => {
  warn('bridge.error', { cause: causeOf(error) });
  process.exit(1);
});

const tell = (message: BridgeMessage) => {
  if (process.connected) {
    process.send?.(message);
  }
};
const bridge = createBridge(process.env, (notice) => tell({ notice }));

async function answer({ id, call, request }: CallMessage): Promise<void> {
  try {
    const result = await (bridge[call] as (request: unknown) => Promise<unknown>)(request);
    tell({ id, result });
  } catch (error) {
    const isKnown = error instanceof SessionError;
    if (!isKnown) {
      warn('bridgeCallFailed', { call, cause: causeOf(error) });
    }
    const text = isKnown ? error.message : 'the bridge failed; this is an error of the image';
    tell({ id, error: { code: isKnown ? error.code : 'BridgeFailed', message: text } });
  }
}

process.on('message', (message) => void answer(message as CallMessage));
// it lives as long as the server: a shutdown leaves jobs some seconds, in which they still have their tools
process.on('disconnect', () => process.exit());
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.on(signal, () => undefined);
}
