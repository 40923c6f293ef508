import { Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { LONGEST_TOOL_NAME, longestToolPrefix } from '../../contract/agents';
import { invalid, warn } from '../../private/errors';

const LONGEST_TARGET_NAME = 100;
/** @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-tool-naming.html */
export const SEPARATOR = '___';

/** Refuses names of targets that AgentCore does not take, or that break the names of tools. */
export function checkTargetName(scope: Construct, name: string): void {
  if (Token.isUnresolved(name) || !/^[0-9a-zA-Z](-?[0-9a-zA-Z])*$/.test(name) || name.length > LONGEST_TARGET_NAME) {
    throw invalid(scope, 'InvalidTargetName', {
      what: 'this is not a name for a target, of which tools are called <target>___<tool>',
      got: name,
      allowed:
        'a literal of letters, digits and single hyphens between them, no underscore; short: tool names end at 64',
      fix: `use a short word such as 'github', 'gh-read' or 'jira'`,
    });
  }
}

/** What clients call a tool of a target. */
export function toolNameOf(targetName: string, tool: string): string {
  return `${targetName}${SEPARATOR}${tool}`;
}

/** Refuses tools whose whole name the API of a model would refuse, and with it every call of the agent. */
export function checkToolNames(scope: Construct, targetName: string, tools: string[]): void {
  const tooLong = tools.map((tool) => toolNameOf(targetName, tool)).filter((name) => name.length > LONGEST_TOOL_NAME);
  if (tooLong.length > 0) {
    throw invalid(scope, 'ToolNameTooLong', {
      what: 'a tool would be called by a name that the APIs of models do not take',
      got: `${tooLong[0]} (${tooLong[0].length} characters)${tooLong.length > 1 ? ` and ${tooLong.length - 1} more` : ''}`,
      allowed: `at most ${LONGEST_TOOL_NAME} characters, the name of the target and three underscores among them`,
      fix: `shorten '${targetName}'`,
    });
  }
}

/** Warns of tools whose whole name is too long with what a coding agent puts in front of it. */
export function warnAboutLongNames(scope: Construct, targetName: string, tools: readonly string[]): void {
  const { title, prefix } = longestToolPrefix();
  const room = LONGEST_TOOL_NAME - prefix.length;
  const tooLong = tools.map((tool) => toolNameOf(targetName, tool)).filter((name) => name.length > room);
  if (tooLong.length > 0) {
    const [name] = tooLong;
    warn(scope, 'toolNameTooLong', {
      what: `${title} calls this tool '${prefix}${name}': ${prefix.length + name.length} characters, and the APIs of models take ${LONGEST_TOOL_NAME}`,
      got: `${name} (${name.length} characters)${tooLong.length > 1 ? ` and ${tooLong.length - 1} more` : ''}`,
      allowed: `${room} characters, the name of the target and three underscores among them, for every client`,
      fix: `shorten '${targetName}' by ${Math.max(...tooLong.map(({ length }) => length)) - room}, or acknowledge it where no client adds that much`,
    });
  }
}
