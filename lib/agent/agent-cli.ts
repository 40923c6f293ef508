import { Token } from 'aws-cdk-lib';
import type * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type * as ecr from 'aws-cdk-lib/aws-ecr';
import type { Construct } from 'constructs';
import type { AgentCliConfig } from './agent-cli-config';
import { imageFromDirectory, imageFromRepository } from './agent-image';
import { codeFromFolder } from './agent-code';
import { recordArtifact } from './agent-artifact';
import { invalidValue } from '../private/errors';

/** How the image of an agent is built from a folder. */
export interface AgentImageOptions {
  /**
   * The Dockerfile, relative to the folder.
   *
   * @default 'Dockerfile'
   */
  readonly file?: string;

  /**
   * Build arguments. They stay readable in the image: no secrets.
   *
   * @default - none are passed
   */
  readonly buildArgs?: { [name: string]: string };

  /**
   * The stage of a multi-stage Dockerfile to build.
   *
   * @default - the last stage
   */
  readonly target?: string;

  /**
   * Glob patterns of files that are not sent to the build.
   *
   * @default - what `.dockerignore` says
   */
  readonly exclude?: string[];
}

/** An agent that is code and not an image: AgentCore runs it on a managed Node.js or Python. */
export interface AgentCodeProps {
  /** A folder or a zip file with the code and its dependencies, built for linux/arm64; at most 250 MB zipped. */
  readonly path: string;

  /**
   * The language runtime. Python 3.10 and 3.11 are refused: AgentCore no longer updates runtimes that use them.
   */
  readonly runtime: agentcore.AgentCoreRuntime;

  /** What to start: the file, and arguments of it; one or two entries. */
  readonly entryPoint: string[];

  /**
   * Glob patterns of files in the folder that are left out of the zip.
   *
   * @default - nothing is left out
   */
  readonly exclude?: string[];
}

/**
 * Which coding agent runs: its image or its code.
 *
 * A value describes; nothing is made before a `CodingAgent` takes it, and several agents may take the same one. The
 * exception is `fromArtifact`, whose L2 object serves one agent.
 */
export abstract class AgentCli {
  /**
   * An image in Amazon ECR, for linux/arm64, at most 2 GB.
   *
   * The agent may pull from exactly this repository. The repository must lie in the agent's region.
   *
   * @param tagOrDigest a tag such as `1.4.2`, or `sha256:...`. A digest, or a tag in a repository with immutable tags,
   * makes sure that what was reviewed is what runs; `latest` brings a warning.
   */
  public static fromRepository(repository: ecr.IRepository, tagOrDigest: string): AgentCli {
    if (!Token.isUnresolved(tagOrDigest) && !/^(sha256:[0-9a-f]{64}|\w[\w.-]{0,127})$/.test(tagOrDigest)) {
      throw invalidValue('InvalidImageTag', {
        what: 'this is neither an image tag nor a digest',
        got: tagOrDigest,
        allowed: 'a tag of letters, digits, dot, dash and underscore, or sha256: and 64 hexadecimal digits',
        fix: 'take it from `aws ecr describe-images`',
      });
    }
    return new BoundCli((scope) => imageFromRepository(scope, repository, tagOrDigest));
  }

  /**
   * An image that the CDK builds at deployment from a folder with a Dockerfile, always for linux/arm64.
   *
   * Synthesis needs no Docker; deployment does. The image goes into the repository that all images of the CDK in the
   * account share, and ECR knows no rights on single images: the agent could pull any of them whose tag it knows.
   */
  public static fromDirectory(path: string, options: AgentImageOptions = {}): AgentCli {
    return new BoundCli((scope) => imageFromDirectory(scope, path, options));
  }

  /** Code on AgentCore's managed Node.js or Python, without an image. */
  public static fromCode(props: AgentCodeProps): AgentCli {
    return new BoundCli((scope) => codeFromFolder(scope, props));
  }

  /**
   * Any artifact of the L2. The agent gets the rights that the artifact asks for; the other factories are narrower.
   *
   * Errors: an artifact that another agent already uses, since the L2 grants its rights only once.
   */
  public static fromArtifact(artifact: agentcore.AgentRuntimeArtifact): AgentCli {
    return new BoundCli((scope) => recordArtifact(scope, artifact));
  }

  protected constructor() {}

  /** @internal */
  public abstract _bind(scope: Construct): AgentCliConfig;
}

class BoundCli extends AgentCli {
  public constructor(private readonly make: (scope: Construct) => AgentCliConfig) {
    super();
  }

  /** @internal */
  public _bind(scope: Construct): AgentCliConfig {
    return this.make(scope);
  }
}
