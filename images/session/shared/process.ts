import { causeOf, warn } from './log';

/**
 * What both programs need at their start. Node opens its debugger when it gets SIGUSR1, to any process of this machine: the
 * agent could run code in here, and read tokens. A log that nobody reads, and a promise that nobody waits for, are no
 * reason to end.
 */
export function hardenProcess(): void {
  process.on('SIGUSR1', () => warn('debugger.refused'));
  process.on('unhandledRejection', (error) => warn('promise.lost', { cause: causeOf(error) }));
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
}
