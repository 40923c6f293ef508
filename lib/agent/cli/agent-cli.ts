import { Token } from 'aws-cdk-lib';
import type * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type * as ecr from 'aws-cdk-lib/aws-ecr';
import type { Construct } from 'constructs';
import type { AgentCliConfig } from './agent-artifact';
import type { AgentImageOptions } from './agent-image';
import type { AgentCodeProps } from './agent-code';
import type {
  AgentCliOptions,
  ClaudeCodeOptions,
  CodexOptions,
  CustomCliOptions,
  OpenCodeOptions,
  VendorCliOptions,
} from './agent-cli-options';
import { imageFromDirectory, imageFromRepository } from './agent-image';
import { codeFromFolder } from './agent-code';
import { recordArtifact } from './agent-artifact';
import type { CliName, PackagedCli } from '../../contract/agents';
import { factsOf } from '../../contract/agents';
import { sessionOf } from './cli-session';
import { checkArchive, checkBuild, checkImage, packagedCli } from './packaged-cli';
import { invalidValue } from '../../private/errors';
import { checkArguments } from '../../private/kinds';

/**
 * Which coding agent runs: its image or its code.
 *
 * A value describes; nothing is made before a `CodingAgent` takes it, and several agents may take the same one. The
 * exception is `fromArtifact`, whose L2 object serves one agent.
 */
export abstract class AgentCli {
  /**
   * Claude Code, by Anthropic. Models: Amazon Bedrock, Anthropic's API, or an LLM gateway that speaks Anthropic's API.
   *
   * @see https://code.claude.com/docs
   */
  public static claudeCode(options: ClaudeCodeOptions = {}): AgentCli {
    checkArguments('AgentCli.claudeCode', { options: ['ClaudeCodeOptions?', options] });
    return packaged('claude-code', options);
  }

  /**
   * Codex, by OpenAI. Models: GPT on Amazon Bedrock, OpenAI's API, or an LLM gateway that speaks the Responses API.
   *
   * @see https://developers.openai.com/codex/cli
   */
  public static codex(options: CodexOptions = {}): AgentCli {
    checkArguments('AgentCli.codex', { options: ['CodexOptions?', options] });
    return packaged('codex', options);
  }

  /**
   * OpenCode. Models: Amazon Bedrock, the API of a provider, named in `model` as in `anthropic/claude-sonnet-4-5`, or
   * an LLM gateway that speaks the chat completions API.
   *
   * @see https://opencode.ai/docs
   */
  public static openCode(options: OpenCodeOptions = {}): AgentCli {
    checkArguments('AgentCli.openCode', { options: ['OpenCodeOptions?', options] });
    return packaged('opencode', options);
  }

  /**
   * Gemini CLI, by Google. Models: the Gemini API, or an LLM gateway that speaks it; Amazon Bedrock has no Gemini.
   *
   * @see https://geminicli.com/docs
   */
  public static geminiCli(options: AgentCliOptions = {}): AgentCli {
    checkArguments('AgentCli.geminiCli', { options: ['AgentCliOptions?', options] });
    return packaged('gemini-cli', options);
  }

  /**
   * Kiro CLI, by AWS, with its own service and an API key of it. It tells neither tokens nor prices of a job.
   *
   * It is not on the npm registry: give its archive with its checksum. No test of this library runs it.
   *
   * @see https://kiro.dev/docs/cli
   */
  public static kiro(options: VendorCliOptions): AgentCli {
    checkArguments('AgentCli.kiro', { options: ['VendorCliOptions', options] });
    return packaged('kiro', options);
  }

  /**
   * Cursor CLI, with Cursor's own service and an API key of it. It tells neither tokens nor prices of a job.
   *
   * It is not on the npm registry: give its archive with its checksum. No test of this library runs it.
   *
   * @see https://cursor.com/docs/cli
   */
  public static cursor(options: VendorCliOptions): AgentCli {
    checkArguments('AgentCli.cursor', { options: ['VendorCliOptions', options] });
    return packaged('cursor', options);
  }

  /**
   * An agent of your own whose image keeps the contract of a session: it finds model, route and bounds in the variable
   * `AGENT_SETTINGS`. `npx cdk-coding-agents conformance <url>` checks a running container.
   */
  public static custom(options: CustomCliOptions): AgentCli {
    checkArguments('AgentCli.custom', { options: ['CustomCliOptions', options] });
    checkImage('custom', options.image);
    const session = sessionOf('custom', options);
    return new BoundCli((scope) => ({ ...options.image._bind(scope), session }), 'custom');
  }

  /**
   * An image in Amazon ECR, for linux/arm64, at most 2 GB.
   *
   * The agent may pull from exactly this repository. The repository must lie in the agent's region.
   *
   * @param tagOrDigest a tag such as `1.4.2`, or `sha256:...`. A digest, or a tag in a repository with immutable tags,
   * makes sure that what was reviewed is what runs; `latest` brings a warning.
   */
  public static fromRepository(repository: ecr.IRepository, tagOrDigest: string): AgentCli {
    checkArguments('AgentCli.fromRepository', {
      repository: ['IRepository', repository],
      tagOrDigest: ['string', tagOrDigest],
    });
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
    checkArguments('AgentCli.fromDirectory', { path: ['string', path], options: ['AgentImageOptions?', options] });
    return new BoundCli((scope) => imageFromDirectory(scope, path, options));
  }

  /** Code on AgentCore's managed Node.js or Python, without an image. */
  public static fromCode(props: AgentCodeProps): AgentCli {
    checkArguments('AgentCli.fromCode', { props: ['AgentCodeProps', props] });
    return new BoundCli((scope) => codeFromFolder(scope, props));
  }

  /**
   * Any artifact of the L2. The agent gets the rights that the artifact asks for; the other factories are narrower.
   *
   * Errors: an artifact that another agent already uses, since the L2 grants its rights only once.
   */
  public static fromArtifact(artifact: agentcore.AgentRuntimeArtifact): AgentCli {
    checkArguments('AgentCli.fromArtifact', { artifact: ['AgentRuntimeArtifact', artifact] });
    return new BoundCli((scope) => recordArtifact(scope, artifact));
  }

  /**
   * Which agent it is; undefined for an image of which nothing is known.
   * @internal
   */
  public readonly _name?: CliName;

  protected constructor() {}

  /** @internal */
  public abstract _bind(scope: Construct): AgentCliConfig;
}

/** the rights to fetch the image are those of any image; what is added is the session */
function packaged(name: PackagedCli, options: ClaudeCodeOptions & VendorCliOptions): AgentCli {
  if (factsOf(name).source === 'archive') {
    checkArchive(name, options);
  }
  checkBuild(name, options);
  const session = sessionOf(name, options);
  return new BoundCli((scope) => ({ ...packagedCli(scope, name, options), session }), name);
}

class BoundCli extends AgentCli {
  public constructor(
    private readonly make: (scope: Construct) => AgentCliConfig,
    public override readonly _name?: CliName,
  ) {
    super();
  }

  /** @internal */
  public _bind(scope: Construct): AgentCliConfig {
    return this.make(scope);
  }
}
