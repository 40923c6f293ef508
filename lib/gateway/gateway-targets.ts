import type { Construct } from 'constructs';
import type { AddedTargetProps } from './added-target';
import { AddedTarget } from './added-target';
import type { McpTarget } from './targets/mcp-target';
import { describe, invalid } from '../private/errors';

/** @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/bedrock-agentcore-limits.html */
const MOST_TARGETS = 100;
/** a gateway takes five changes of targets at once; one is left for whoever changes something by hand */
const LANES = 4;

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
