/*
 * The GitHub tools, one row each. From the same row come the schema that a client sees, the check of the arguments, the
 * request, the permission of the token, and the fields of GitHub's answer that are given back: not all of them, since
 * an agent pays for every character that it reads.
 *
 * Names and arguments are those of GitHub's own MCP server where it has such a tool. Nothing here imports aws-cdk-lib.
 */
import { CHECK_TOOLS } from './checks';
import { CONTENT_TOOLS } from './contents';
import { ISSUE_TOOLS } from './issues';
import { PULL_REQUEST_TOOLS } from './pulls';
import { SEARCH_TOOLS } from './search';
import type { ToolRow } from './tool';

export const CATALOGUE: readonly ToolRow[] = [
  ...ISSUE_TOOLS,
  ...PULL_REQUEST_TOOLS,
  ...CONTENT_TOOLS,
  ...CHECK_TOOLS,
  ...SEARCH_TOOLS,
];

const BY_NAME = new Map(CATALOGUE.map((row) => [row.name, row]));

/** The row of a tool, undefined where there is none of this name. */
export function toolNamed(name: string): ToolRow | undefined {
  return BY_NAME.get(name);
}

/** All that neither delete nor merge. */
export const DEFAULT_TOOLS: readonly string[] = CATALOGUE.filter((row) => row.sensitive !== true).map(
  (row) => row.name,
);

/** Those that change nothing. */
export const READ_TOOLS: readonly string[] = CATALOGUE.filter((row) => row.permission.level === 'read').map(
  (row) => row.name,
);
