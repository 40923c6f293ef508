import { CfnOutput } from 'aws-cdk-lib';
import type * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { offerTools } from '../identity/contracts';
import { GatewayTargetOAuthGrant } from '../mixins/gateway-target-oauth-grant';
import { acknowledgeOptOut } from '../private/acknowledge';
import { describe, invalid } from '../private/errors';
import type { GatewayRole } from './gateway-role';
import { McpTarget } from './targets/mcp-target';
import { checkToolNames, warnAboutLongNames } from './targets/tool-names';
import type { ToolTarget } from './targets/tool-target';
import type { TargetContext, ToolTargetConfig } from './targets/tool-target-config';

/** @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/bedrock-agentcore-limits.html */
const MOST_TARGETS = 100;
/** a gateway takes five changes of targets at once; one is left for whoever changes something by hand */
const LANES = 4;

/** What a target is made with. */
interface AddedTargetProps {
  readonly context: TargetContext;
  readonly target: ToolTarget;
  readonly role: GatewayRole;
}

/** The targets of a gateway, in the order in which they are deployed. */
export class GatewayTargets {
  private readonly all: McpTarget[] = [];

  public constructor(
    private readonly gateway: Construct,
    private readonly mustSearch: boolean,
  ) {
    gateway.node.addValidation({ validate: () => this.searchProblems() });
  }

  /** Whether some target lists its tools at each request, which search by meaning cannot follow. */
  public get someDynamic(): boolean {
    return this.all.some(({ _config }) => _config.dynamic);
  }

  public get list(): readonly McpTarget[] {
    return this.all;
  }

  /** Adds one, in a lane: CloudFormation would make all of them at once. */
  public add(id: string, parts: AddedTargetProps): McpTarget {
    this.requireFree(id);
    const target = new AddedTarget(this.gateway, id, parts);
    const before = this.all.at(-LANES);
    if (before !== undefined) {
      target.target.node.addDependency(before.target);
    }
    this.all.push(target);
    return target;
  }

  private requireFree(id: string): void {
    const twin = this.all.find(({ targetName }) => targetName.toLowerCase() === id.toLowerCase());
    if (twin !== undefined) {
      throw invalid(this.gateway, 'TargetNameTaken', {
        what: 'two targets of one gateway share a name',
        got: id,
        allowed: 'a name of its own for each target, whatever the case of its letters',
        fix: `the other one is '${twin.node.path}'; rename one`,
      });
    }
    if (this.gateway.node.tryFindChild(id) !== undefined) {
      throw invalid(this.gateway, 'ReservedTargetName', {
        what: 'the gateway keeps a part of its own under this name',
        got: id,
        allowed: 'any other name',
        fix: `use a lower-case word such as 'github'`,
      });
    }
    if (this.all.length === MOST_TARGETS) {
      throw invalid(this.gateway, 'TooManyTargets', {
        what: 'the gateway has too many targets',
        got: this.all.length + 1,
        allowed: `at most ${MOST_TARGETS}`,
        fix: 'add a second gateway: models do not choose well among so many tools either',
      });
    }
  }

  private searchProblems(): string[] {
    const dynamic = this.all.filter(({ _config }) => _config.dynamic);
    if (!this.mustSearch || dynamic.length === 0) {
      return [];
    }
    return [
      describe({
        what: 'tools that are listed at each request cannot be searched by meaning',
        got: `semanticSearch with ${dynamic.map(({ targetName }) => `'${targetName}'`).join(', ')}`,
        allowed: 'one of them',
        fix: 'remove semanticSearch, or give these targets a toolSchema',
      }),
    ];
  }
}

/** A target with the rights that it needs, in the order in which they must come. */
class AddedTarget extends McpTarget {
  public readonly targetName: string;
  public readonly target: agentcore.GatewayTarget;
  public readonly actor: string;
  public readonly callbackUrl?: string;
  public readonly toolNames?: string[];
  public readonly _config: ToolTargetConfig;
  public readonly _statements: iam.PolicyStatement[];

  public constructor(scope: Construct, id: string, props: AddedTargetProps) {
    super(scope, id);
    const { context } = props;
    const config = props.target._bind(this, context);
    this.checkReach(config, context);
    this._config = config;
    this.targetName = context.targetName;
    this.actor = config.identity.actor;
    this.callbackUrl = config.identity.callbackUrl;
    if (this.callbackUrl !== undefined) {
      const description = `Register it as the redirect URL of the OAuth client behind target ${this.targetName}`;
      new CfnOutput(this, 'CallbackUrl', { value: this.callbackUrl, description });
    }
    const names = config.tools?.map(({ name }) => name);
    this.toolNames = names?.map((name) => this.toolName(name));
    const known = names ?? config.operations ?? [];
    checkToolNames(this, this.targetName, known);
    warnAboutLongNames(this, this.targetName, known);
    offerTools(
      scope,
      this.targetName,
      known.map((name) => this.toolName(name)),
    );
    this._statements = this.statementsOf(config, props);
    this.target = this.createTarget(config, props);
  }

  /** policies speak of tools only: resources and prompts of a server would be open to everybody */
  private checkReach({ isServer }: ToolTargetConfig, { inboundAuth }: TargetContext): void {
    if (isServer && inboundAuth._authorizesNobody) {
      throw invalid(this, 'ServerWithoutAuthorization', {
        what: 'an MCP server behind a gateway that authorizes nobody',
        got: 'InboundAuth.authenticateOnly()',
        allowed: 'functions and APIs, which have tools only: resources and prompts of a server pass every policy',
        fix: 'guard the gateway with InboundAuth.iam() or InboundAuth.jwt(...)',
      });
    }
  }

  private statementsOf(
    { identity, statements }: ToolTargetConfig,
    { context, role }: AddedTargetProps,
  ): iam.PolicyStatement[] {
    const gateway = { gatewayId: context.gateway.gatewayId, usesJwt: context.inboundAuth.usesJwt };
    const fetch = role.fetchStatements(gateway, identity);
    return [...fetch, ...identity.statements, ...statements];
  }

  private createTarget(config: ToolTargetConfig, { context, role }: AddedTargetProps): agentcore.GatewayTarget {
    const { credential, oauthGrant, dependencies, optOut } = config.identity;
    const target = config.create(this, {
      gateway: context.gateway,
      gatewayTargetName: context.targetName,
      credentialProviderConfigurations: credential === undefined ? [] : [credential],
    });
    const grant = oauthGrant === undefined ? [] : [new GatewayTargetOAuthGrant(oauthGrant)];
    target.with(...config.mixins, ...grant);
    const cfn = target.node.defaultChild as agentcore.CfnGatewayTarget;
    // while it is made the gateway fetches its credential and asks for its tools
    if (this._statements.length > 0) {
      cfn.node.addDependency(role.addForTarget(this._statements));
    }
    cfn.node.addDependency(...dependencies, ...config.dependencies);
    if (optOut !== undefined) {
      acknowledgeOptOut(cfn, optOut);
    }
    return target;
  }
}
