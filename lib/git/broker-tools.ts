import type { Construct } from 'constructs';
import { CATALOGUE, DEFAULT_TOOLS, toolNamed } from '../contract/catalogue';
import type { ToolRow } from '../contract/catalogue/tool';
import type { GitHubAppBrokerProps } from './github-app-broker-props';
import { checkLiterals } from './github-app-checks';
import { invalid } from '../private/errors';
import { checkNoSecret, nearest } from '../private/text-checks';
import { reasonProblem } from '../private/notes';

const MOST_LISTED = 10;

/** The rows of the tools that are switched on. Errors: none, unknown ones, and deletes or merges without a reason. */
export function toolsOf(scope: Construct, props: GitHubAppBrokerProps): ToolRow[] {
  const names = props.tools ?? DEFAULT_TOOLS;
  checkLiterals(scope, Object.fromEntries(names.map((name, index) => [`tools[${index}]`, name])));
  if (names.length === 0) {
    throw invalid(scope, 'NoTools', {
      what: 'tools is empty, so the broker could do nothing',
      allowed: 'one tool or more',
      fix: 'name some, or leave it away for all that neither delete nor merge',
    });
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw invalid(scope, 'ToolListedTwice', {
      what: 'a tool is listed twice',
      got: twice,
      allowed: 'each tool once',
      fix: 'remove one of them',
    });
  }
  const rows = names.map((name) => toolNamed(name) ?? unknown(scope, name));
  checkSensitive(scope, rows, props);
  return rows;
}

function unknown(scope: Construct, name: string): never {
  const known = nearest(
    name,
    CATALOGUE.map((row) => row.name),
  );
  throw invalid(scope, 'UnknownTool', {
    what: 'there is no such tool',
    got: name,
    allowed: `${known.slice(0, MOST_LISTED).join(', ')} and ${known.length - MOST_LISTED} more`,
    fix: `did you mean '${known[0]}'?`,
  });
}

function checkSensitive(scope: Construct, rows: ToolRow[], { allowSensitivePermissions }: GitHubAppBrokerProps): void {
  const sensitive = rows.filter((row) => row.sensitive === true).map((row) => row.name);
  const got = sensitive.join(', ');
  if (allowSensitivePermissions === undefined) {
    if (sensitive.length > 0) {
      throw invalid(scope, 'SensitiveTool', {
        what: 'tools that delete or merge are switched off',
        got,
        allowed: 'such tools only with a reason',
        fix: "remove them, or set allowSensitivePermissions: { reason: '...' }",
      });
    }
    return;
  }
  checkReason(scope, 'allowSensitivePermissions', allowSensitivePermissions.reason);
  if (sensitive.length === 0) {
    throw invalid(scope, 'NothingSensitive', {
      what: 'allowSensitivePermissions is set, but no tool deletes or merges',
      allowed: 'it together with such tools, which are never on by default',
      fix: 'name them in `tools`, or remove it',
    });
  }
}

/** Refuses a reason that tells a reviewer nothing. */
export function checkReason(scope: Construct, prop: string, given: string): void {
  const reason = given.trim();
  checkNoSecret(scope, `the reason of ${prop}`, reason);
  const problem = reasonProblem(reason, {
    what: `the reason of ${prop} says too little`,
    fix: 'say what makes it acceptable, for whoever reviews the template',
  });
  if (problem !== undefined) {
    throw invalid(scope, 'SensitiveReasonTooShort', problem);
  }
}

/** What tokens for these tools carry, each permission at its highest level. */
export function permissionsOf(rows: readonly ToolRow[]): Record<string, string> {
  const permissions: Record<string, string> = {};
  for (const { permission } of [...rows].sort((a, b) => (a.permission.name < b.permission.name ? -1 : 1))) {
    if (permissions[permission.name] !== 'write') {
      permissions[permission.name] = permission.level;
    }
  }
  return permissions;
}
