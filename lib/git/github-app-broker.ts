import { Duration } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { DEFAULT_TOOLS, READ_TOOLS } from '../contract/catalogue';
import type { BrokerConfig, CatalogueTool, ToolInput } from '../contract/github-app';
import { LONGEST_CACHE_MINUTES, RESULT_BOUNDS } from '../contract/github-app';
import type { IToolBroker } from '../identity/contracts';
import { invalid } from '../private/errors';
import { brokerFunction } from './broker-function';
import { checkReason, permissionsOf, toolsOf } from './broker-tools';
import type { GitHubAppBrokerProps } from './github-app-broker-props';
import { appConfigOf, checkLiterals, checkProtectedPaths } from './github-app-checks';
import { GitHubAppFunction } from './github-app-function';
import { checkProps } from '../private/kinds';

const TIMEOUT = Duration.seconds(30);

/**
 * GitHub's tools as an App of your own: issues, pull requests, branches, files, checks, search.
 *
 * A function stands between the agents and GitHub. For each call it asks GitHub for a token that reaches one repository
 * with the one permission that the tool needs, makes the call, and gives back the result. No agent ever sees a token,
 * and nothing that an agent sends can widen what is fixed here. Agents act as the App: its name stands at their commits
 * and comments.
 *
 * Use it as the identity of a GitHub target: `OutboundIdentity.broker(broker)`. Repositories, tools and permissions
 * stand in the metadata of the function, so that a change of them shows in the diff of a template.
 *
 * Errors: no or unknown tools, tools that delete or merge without a reason, and whatever its props rule out.
 *
 * @see https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/authenticating-as-a-github-app-installation
 */
export class GitHubAppBroker extends GitHubAppFunction implements IToolBroker {
  /** The tools that change nothing. */
  public static readonly READ_TOOLS: string[] = [...READ_TOOLS];

  /** All tools but those that delete or merge. */
  public static readonly DEFAULT_TOOLS: string[] = [...DEFAULT_TOOLS];

  /**
   * The alias of the function, for a gateway to call. Whoever else may invoke it has every tool of this broker, without the
   * policies of a gateway: keep `lambda:InvokeFunction` off `*`, and make a broker for each level of trust.
   */
  public readonly brokerFunction: lambda.IFunction;

  /** The tools as a gateway offers them. */
  public readonly tools: agentcore.ToolDefinition[];

  /** The names of the tools that change something at GitHub. */
  public readonly writeTools: string[];

  public readonly functionName: string;
  /** @internal */
  public readonly _logGroupName: string;

  public constructor(scope: Construct, id: string, props: GitHubAppBrokerProps) {
    super(scope, id);
    checkProps(this, 'GitHubAppBrokerProps', props);
    const { cacheMinutes = 45, largestResult = 50_000, allowDefaultBranch, allowSensitivePermissions } = props;
    checkProtectedPaths(this, props.protectedPaths);
    const rows = toolsOf(this, props);
    checkLiterals(this, { cacheMinutes, largestResult });
    this.checkRange('cacheMinutes', cacheMinutes, [0, LONGEST_CACHE_MINUTES]);
    this.checkRange('largestResult', largestResult, [RESULT_BOUNDS.smallest, RESULT_BOUNDS.largest]);
    if (allowDefaultBranch !== undefined) {
      checkReason(this, 'allowDefaultBranch', allowDefaultBranch.reason);
    }
    const config: BrokerConfig = {
      ...appConfigOf(this, props),
      ...(allowDefaultBranch && { allowDefaultBranch: true }),
      ...(props.protectedPaths?.length ? { protectedPaths: props.protectedPaths } : {}),
      tools: rows.map((row) => row.name),
      largestResult,
      cacheMinutes,
    };
    const made = brokerFunction(this, {
      ...props,
      asset: 'github-broker',
      description: 'Calls GitHub for coding agents, as a GitHub App',
      config,
      timeout: TIMEOUT,
      permissions: permissionsOf(rows),
      reasons: { allowDefaultBranch, allowSensitivePermissions },
    });
    this.functionName = made.function.functionName;
    this._logGroupName = made.logGroup.logGroupName;
    this.brokerFunction = made.alias;
    this.tools = rows.map(toolDefinitionOf);
    this.writeTools = rows.filter((row) => row.permission.level === 'write').map((row) => row.name);
  }

  private checkRange(prop: string, value: number, [smallest, largest]: [number, number]): void {
    if (!Number.isInteger(value) || value < smallest || value > largest) {
      throw invalid(this, 'OutOfRange', {
        what: `${prop} is out of range`,
        got: value,
        allowed: `a whole number from ${smallest} to ${largest}`,
        fix: 'leave it away for the default',
      });
    }
  }
}

/** A tool of the catalogue as the L2 of a gateway takes it. */
function toolDefinitionOf({ name, description, inputSchema }: CatalogueTool): agentcore.ToolDefinition {
  return { name, description, inputSchema: schemaOf(inputSchema) };
}

function schemaOf({ type, description, properties, required, items }: ToolInput): agentcore.SchemaDefinition {
  return {
    type: agentcore.SchemaDefinitionType.of(type),
    description,
    properties:
      properties &&
      Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, schemaOf(property)])),
    required: required && [...required],
    items: items && schemaOf(items),
  };
}
