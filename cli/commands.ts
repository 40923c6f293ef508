import type { Command } from './command';
import { conformance } from './conformance';
import { report } from './report';

/** By the name with which they are called. */
export const COMMANDS: ReadonlyMap<string, Command> = new Map([
  ['conformance', conformance],
  ['report', report],
]);
