import { Token } from 'aws-cdk-lib';
import { actionsOf, targetProblems } from './cedar-context';
import type { PolicyContext, PolicySpec, PolicyTarget } from './cedar-context';
import { cedarSet, cedarString, statementText } from './cedar-text';
import type { KnownTool } from '../targets/tool-schema';
import { invalidValue } from '../../private/errors';
import type { Problem } from '../../private/errors';

const OWNER = 'context.input.owner';
const REPO = 'context.input.repo';
// a call without arguments may come without `input`
const HAS_OWNER = 'context has input && context.input has owner';
const HAS_REPO = 'context has input && context.input has repo';
const EVERY = '*';

/** Which calls the list of repositories guards. */
interface Guarded {
  readonly targets?: string[];
  readonly requireRepository: boolean;
}

/** Forbids calls whose `owner` and `repo` are not exactly one of the list. */
export function repositoriesSpec(repositories: string[], { targets, requireRepository }: Guarded): PolicySpec {
  repositories.forEach(checkRepository);
  requireSome('repositories', repositories);
  if (requireRepository) {
    requireSome('targets (with requireRepository)', targets ?? []);
  }
  const guarded = (context: PolicyContext): PolicyTarget[] =>
    context.targets.filter(({ targetName }) => targets?.includes(targetName) ?? true);
  const actions = (context: PolicyContext): string[] =>
    guarded(context).flatMap((target) => (requireRepository ? [target.targetName] : checkable(target)));
  return {
    kind: 'repositories',
    effect: 'forbid',
    summary: 'Refuses calls that name a repository outside of a list',
    statement: (context) =>
      statementText({
        effect: 'forbid',
        actions: actions(context),
        gatewayArn: context.gatewayArn,
        when: requireRepository ? undefined : `${HAS_OWNER} || ${HAS_REPO}`,
        unless: listed(repositories),
      }),
    problems: (context) => [
      ...targetProblems(targets ?? [], context),
      ...guarded(context).flatMap((target) => uncheckable(target, requireRepository)),
      ...(actions(context).length === 0 ? [NOTHING_GUARDED] : []),
    ],
  };
}

const NOTHING_GUARDED: Problem = {
  what: 'no tool of its targets takes owner or repo, so it would guard nothing',
  allowed: 'at least one target whose tools name a repository',
  fix: 'remove it, or name the targets that it is for',
};

/** the tools of a target that name a repository; of a target with unknown tools all of them */
function checkable(target: PolicyTarget): string[] {
  return target.tools === undefined
    ? [target.targetName]
    : actionsOf(target, (tool) => namesRepository(tool) && !isOther(tool));
}

/** An input of another type cannot be compared with names, and a Cedar statement with such a comparison is refused. */
function uncheckable(target: PolicyTarget, everyTool: boolean): Problem[] {
  return actionsOf(target, (tool) => isOther(tool) && (everyTool || namesRepository(tool))).map((action) => ({
    what: 'it cannot check a tool whose owner or repo is not a string',
    got: action,
    allowed: 'tools with string inputs owner and repo',
    fix: 'name the targets that the list is for, without this one, and deny this tool with ToolPolicy.deny',
  }));
}

function namesRepository(tool: KnownTool): boolean {
  return isText(tool, 'owner') || isText(tool, 'repo');
}

function isText(tool: KnownTool, input: string): boolean {
  return tool.inputSchema.properties?.[input]?.type === 'string';
}

function isOther(tool: KnownTool): boolean {
  return ['owner', 'repo'].some((input) => tool.inputSchema.properties?.[input] !== undefined && !isText(tool, input));
}

/**
 * That a call names a repository of the list. A forbid whose condition fails with an error is skipped, so nothing is
 * read without `has`, and nothing is compared but for equality, which holds between any types.
 */
function listed(repositories: string[]): string {
  const owners = new Map<string, string[]>();
  for (const [owner, name] of repositories.map((repository) => repository.split('/'))) {
    owners.set(owner, [...(owners.get(owner) ?? []), name]);
  }
  const whole = [...owners].filter(([, names]) => names.includes(EVERY)).map(([owner]) => owner);
  const parts = [...owners].filter(([owner]) => !whole.includes(owner));
  const named = parts.map(
    ([owner, names]) => `${OWNER} == ${cedarString(owner)} && ${cedarSet(names)}.contains(${REPO})`,
  );
  return [
    ...(whole.length > 0 ? [`${HAS_OWNER} && ${cedarSet(whole)}.contains(${OWNER})`] : []),
    ...(named.length > 0 ? [`${HAS_OWNER} && ${HAS_REPO} && (${named.map((pair) => `(${pair})`).join(' || ')})`] : []),
  ]
    .map((clause) => `(${clause})`)
    .join(' || ');
}

function checkRepository(repository: string): void {
  if (
    Token.isUnresolved(repository) ||
    !/^[A-Za-z0-9_-]{1,64}\/(\*|(?!\.{1,2}$)[A-Za-z0-9_.-]{1,100})$/.test(repository)
  ) {
    throw invalidValue('InvalidPolicyRepository', {
      what: 'this is not the name of a repository',
      got: repository,
      allowed: 'owner/name, or owner/* for every repository of an owner, written out',
      fix: 'copy the part of its URL that follows the host',
    });
  }
}

/** Refuses an empty list. */
export function requireSome(what: string, list: string[]): void {
  if (list.length === 0) {
    throw invalidValue('EmptyPolicyList', {
      what: `${what} is empty`,
      allowed: 'at least one entry',
      fix: 'add an entry, or remove the policy',
    });
  }
}
