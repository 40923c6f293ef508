import type * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as assets from 'aws-cdk-lib/aws-ecr-assets';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { DependencyGroup } from 'constructs';
import { invalid } from '../../private/errors';
import type { CliSession } from './cli-session';

const takenBy = new WeakMap<agentcore.AgentRuntimeArtifact, string>();

/** What a `CodingAgent` needs to know of its CLI. Not part of the API. */
export interface AgentCliConfig {
  readonly artifact: agentcore.AgentRuntimeArtifact;
  /** what the execution role needs in order to fetch image or code */
  readonly statements: iam.PolicyStatement[];
  /** image or zip: their limits for environment variables differ */
  readonly isCode: boolean;
  /** the agent and its options; undefined for an image of which nothing is known */
  readonly session?: CliSession;
}

/** Takes an L2 artifact, with the rights that it asks for at its binding. */
export function recordArtifact(scope: Construct, artifact: agentcore.AgentRuntimeArtifact): AgentCliConfig {
  const owner = takenBy.get(artifact);
  if (owner !== undefined) {
    throw invalid(scope, 'ArtifactTaken', {
      what: 'this artifact already belongs to another agent, and the L2 grants the right to fetch it only once',
      got: owner,
      allowed: 'one artifact for one agent',
      fix: 'create a second artifact for the same image, or use AgentCli.fromRepository',
    });
  }
  takenBy.set(artifact, scope.node.path);
  const statements: iam.PolicyStatement[] = [];
  bindTo(scope, artifact, (statement) => {
    statements.push(statement);
  });
  checkPlatform(scope, artifact);
  return {
    artifact,
    // the token to log in to ECR takes no resource; the telemetry policy of the stack already holds it
    statements: statements.filter((statement) => !statement.actions.includes('ecr:GetAuthorizationToken')),
    isCode: 'code' in artifact._render(),
  };
}

/**
 * Binds an artifact to a role that only writes down what is asked of it.
 *
 * The L2 binds when the template is rendered: too late for Aspects and Mixins to see the asset, and with a role that
 * takes no updates the rights would be dropped without a word.
 */
export function bindTo(
  scope: Construct,
  artifact: agentcore.AgentRuntimeArtifact,
  record: (statement: iam.PolicyStatement) => void,
): void {
  const role = new RecordingPrincipal(record);
  artifact.bind(scope, { role } as unknown as agentcore.Runtime);
}

/** an image for another processor starts nowhere: AgentCore answers 424 at the first invocation */
function checkPlatform(scope: Construct, artifact: agentcore.AgentRuntimeArtifact): void {
  // the L2 keeps the options of an asset to itself and defaults to the processor of the machine that builds
  const { directory, options } = artifact as unknown as {
    directory?: string;
    options?: assets.DockerImageAssetOptions;
  };
  if (directory === undefined || options?.platform?.platform === assets.Platform.LINUX_ARM64.platform) {
    return;
  }
  throw invalid(scope, 'ImageNotArm64', {
    what: 'AgentCore runs images for linux/arm64 only',
    got: options?.platform?.platform ?? 'no platform, so that of the machine that builds',
    allowed: 'Platform.LINUX_ARM64',
    fix: 'pass `platform: Platform.LINUX_ARM64` to fromAsset, or use AgentCli.fromDirectory',
  });
}

class RecordingPrincipal implements iam.IPrincipal {
  public readonly grantPrincipal = this;
  public readonly assumeRoleAction = 'sts:AssumeRole';
  public readonly policyFragment = new iam.ArnPrincipal('*').policyFragment;

  public constructor(private readonly record: (statement: iam.PolicyStatement) => void) {}

  public addToPrincipalPolicy(statement: iam.PolicyStatement): iam.AddToPrincipalPolicyResult {
    this.record(statement);
    return { statementAdded: true, policyDependable: new DependencyGroup() };
  }

  public addToPolicy(statement: iam.PolicyStatement): boolean {
    return this.addToPrincipalPolicy(statement).statementAdded;
  }
}
