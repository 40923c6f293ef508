import { Token } from 'aws-cdk-lib';
import { invalidValue } from '../../private/errors';
import type { PolicyContext, PolicySpec } from './cedar-context';
import { repositoriesSpec } from './cedar-repositories';
import {
  cedarSpec,
  denySpec,
  permitAllSpec,
  permitCallersSpec,
  permitTargetsSpec,
  readOnlySpec,
  writesRequireSpec,
} from './cedar-specs';
import { checkArguments } from '../../private/kinds';

const LONGEST_DESCRIPTION = 4096;

/** Options of `ToolPolicy.permitCallers`. */
export interface PermitCallersOptions {
  /**
   * Names of the targets whose tools they may call.
   *
   * @default - all of them
   */
  readonly targets?: string[];
}

/** Options of `ToolPolicy.repositories`. */
export interface RepositoriesOptions {
  /**
   * Names of the targets that the list guards.
   *
   * @default - every target of the gateway
   */
  readonly targets?: string[];

  /**
   * Also refuses calls of these targets that name no repository, such as a search over all that the credential reaches.
   * Needs `targets`, since the tools of most services name no repository.
   *
   * @default false
   */
  readonly requireRepository?: boolean;
}

/** Options of `ToolPolicy.fromCedar`. */
export interface FromCedarOptions {
  /**
   * The name of the policy: a letter, then letters, digits and underscores, at most 48 in all.
   *
   * @default - `custom`, with a number if there are several
   */
  readonly name?: string;

  /**
   * What the policy is for, at most 4096 characters.
   *
   * @default - 'Written by hand'
   */
  readonly description?: string;

  /**
   * Why findings of AgentCore's analysis are accepted. It finds fault with every statement that permits or forbids a tool
   * to everybody, also where that is the intention. Whether the statement fits the tools is checked in any case.
   *
   * @default - a finding fails the deployment
   */
  readonly ignoreFindings?: string;
}

/**
 * Who may call which tool of a gateway, in Cedar: one statement each, checked by AgentCore at every call, outside of the
 * reach of agents.
 *
 * A tool that nothing permits is refused, and what one statement forbids no other can permit. Resources and prompts of an
 * MCP server are not decided about: only the credential of the target limits them. At most 1000 policies a gateway, of
 * at most 10,000 bytes each. Clients do not see tools that they may not call.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/policy.html
 */
export class ToolPolicy {
  /** Stands for the ARN of the gateway in statements given to `fromCedar`. */
  public static readonly GATEWAY_ARN = '{{gateway-arn}}';

  /** Permits every tool to every caller that the gateway admits: the ground on which other policies forbid. */
  public static permitAll(): ToolPolicy {
    return new ToolPolicy(permitAllSpec());
  }

  /**
   * Permits every tool of these targets to every caller, also tools that a target gets later.
   *
   * Errors: an empty list; the name of a target that the gateway does not have.
   */
  public static permitTargets(targets: string[]): ToolPolicy {
    checkArguments('ToolPolicy.permitTargets', { targets: ['string[]', targets] });
    return new ToolPolicy(permitTargetsSpec(targets));
  }

  /**
   * Permits tools to callers whose token has one of the values in a claim: it equals the value, or is a list of strings
   * that holds it. `scope` and `scp` may also be words with spaces between them.
   *
   * Errors: a gateway whose callers bring no token; a value with a quote, a backslash, an asterisk or a character outside
   * of ASCII, which could not be found in a list; the name of a target that the gateway does not have.
   */
  public static permitCallers(claim: string, values: string[], options: PermitCallersOptions = {}): ToolPolicy {
    checkArguments('ToolPolicy.permitCallers', {
      claim: ['string', claim],
      values: ['string[]', values],
      options: ['PermitCallersOptions?', options],
    });
    return new ToolPolicy(permitCallersSpec(claim, values, options.targets));
  }

  /**
   * Permits the tools that are known to change nothing: all of a read-only target, and of other targets those that are
   * marked as such in a schema known at synthesis.
   *
   * Error: there is none.
   */
  public static readOnly(): ToolPolicy {
    return new ToolPolicy(readOnlySpec());
  }

  /**
   * Forbids tools by their full names, `<target>___<tool>`.
   *
   * Errors: an empty list; a name of another form; a target that the gateway does not have, and a tool that it does not
   * have where its tools are known. AgentCore refuses other unknown tools at deployment.
   */
  public static deny(tools: string[]): ToolPolicy {
    checkArguments('ToolPolicy.deny', { tools: ['string[]', tools] });
    return new ToolPolicy(denySpec(tools));
  }

  /**
   * Forbids calls whose inputs `owner` and `repo` name none of the repositories: `acme/web`, or `acme/*` for all of an
   * owner. A call that names only an owner passes if all of it is listed.
   *
   * Names are compared exactly: GitHub takes `Acme/Web` for `acme/web`, this does not, and refuses. Tools that find
   * repositories in another way, by a search for example, are not stopped: see `requireRepository`. For targets whose tools
   * are not known at synthesis this is a condition on inputs of a whole target, which AgentCore may refuse at deployment
   * (not tested); name the other targets then.
   *
   * Errors: an empty list; a name of another form; a target that the gateway does not have; no tool that takes either input.
   */
  public static repositories(repositories: string[], options: RepositoriesOptions = {}): ToolPolicy {
    checkArguments('ToolPolicy.repositories', {
      repositories: ['string[]', repositories],
      options: ['RepositoriesOptions?', options],
    });
    const { targets, requireRepository = false } = options;
    return new ToolPolicy(repositoriesSpec(repositories, { targets, requireRepository }));
  }

  /**
   * Forbids tools that change something to callers whose token lacks the values in a claim; see `permitCallers` for how
   * they are compared. Of a target whose tools are not known and that is not read-only, every tool counts.
   *
   * Errors: a gateway whose callers bring no token; values that could not be found in a list; no tool that changes anything.
   */
  public static writesRequire(claim: string, values: string[]): ToolPolicy {
    checkArguments('ToolPolicy.writesRequire', { claim: ['string', claim], values: ['string[]', values] });
    return new ToolPolicy(writesRequireSpec(claim, values));
  }

  /**
   * One statement of Cedar, with `ToolPolicy.GATEWAY_ARN` for the ARN of the gateway.
   *
   * Errors: text that is not one statement; a resource left open; conditions that are not plain Cedar (`when guardrails`,
   * `when temporal`); tools and targets that the gateway does not have; a name that AgentCore does not take.
   *
   * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/policy-authoring-guide.html
   */
  public static fromCedar(statement: string, options: FromCedarOptions = {}): ToolPolicy {
    checkArguments('ToolPolicy.fromCedar', {
      statement: ['string', statement],
      options: ['FromCedarOptions?', options],
    });
    checkOptions(options);
    const ignoreFindings = options.ignoreFindings !== undefined;
    return new ToolPolicy(cedarSpec(statement, ToolPolicy.GATEWAY_ARN, { ...options, ignoreFindings }));
  }

  private constructor(
    /** @internal */
    public readonly _spec: PolicySpec,
  ) {}

  /** @internal */
  public _statement(context: PolicyContext): string {
    return this._spec.statement(context);
  }
}

function checkOptions({ name, description, ignoreFindings }: FromCedarOptions): void {
  if (name !== undefined && (Token.isUnresolved(name) || !/^[A-Za-z][A-Za-z0-9_]{0,47}$/.test(name))) {
    throw invalidValue('InvalidPolicyName', {
      what: 'this is not the name of a policy',
      got: name,
      allowed: 'a letter, then letters, digits and underscores, at most 48 in all',
      fix: 'leave it away for a generated name',
    });
  }
  checkText('description', description, LONGEST_DESCRIPTION);
  checkText('ignoreFindings', ignoreFindings);
}

function checkText(option: string, text: string | undefined, longest?: number): void {
  if (text === undefined || (text.trim() !== '' && text.length <= (longest ?? text.length))) {
    return;
  }
  throw invalidValue('InvalidPolicyText', {
    what: `${option} is ${text.trim() === '' ? 'empty' : 'too long'}`,
    allowed: longest === undefined ? 'at least one character' : `1 to ${longest} characters`,
    fix: 'say it in a sentence, or leave it away',
  });
}
