import * as path from 'node:path';
import type { CliAdapter, CliCommand, CliRun } from '../contract';
import { CursorReader } from './cursor-reader';
import { promptArgument, routeNotSupported } from './model';

/**
 * Cursor CLI, by its documentation: it is not in the npm registry, and was not run.
 *
 * @see https://cursor.com/docs/cli/headless
 */
export const cursor: CliAdapter = {
  name: 'cursor',
  // it names no tokens; each answer counts as a turn would mean to guess
  limits: ['minutes'],
  command,
  reader: (run) => new CursorReader(run),
};

function command(run: CliRun): CliCommand {
  const { settings, continues, mcp, model } = run;
  if (model.via !== 'provider') {
    throw routeNotSupported('cursor', model, 'provider, with a key of Cursor');
  }
  const servers = mcp === undefined ? {} : { [mcp.name]: { url: mcp.url } };
  return {
    // not `cursor-agent` of the npm registry, which is something else
    file: 'agent',
    args: [
      ...['-p', '--force', '--output-format', 'stream-json', '--approve-mcps', '--trust'],
      ...(settings.model === undefined ? [] : ['--model', settings.model]),
      ...(continues === undefined ? [] : ['--resume', continues.conversation]),
      promptArgument('cursor', run.prompt),
    ],
    environment: { CURSOR_API_KEY: model.key.reveal(), NO_COLOR: '1' },
    files: [{ path: path.join(run.home, '.cursor', 'mcp.json'), content: JSON.stringify({ mcpServers: servers }) }],
  };
}
