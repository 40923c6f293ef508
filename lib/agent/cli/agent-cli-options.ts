import { Token } from 'aws-cdk-lib';
import type { ModelPrices } from '../../monitoring/models/model-rows';
import { invalidValue } from '../../private/errors';
import type { AgentCli } from './agent-cli';
import type { JobLimits } from './job-limits';
import { checkArguments } from '../../private/kinds';

/** How hard the model thinks before it answers, in the words that the coding agents share. */
export class ReasoningEffort {
  /** Quick answers. */
  public static readonly LOW = new ReasoningEffort('low');
  /** What most agents do by themselves. */
  public static readonly MEDIUM = new ReasoningEffort('medium');
  /** Longer thinking, at a higher price. */
  public static readonly HIGH = new ReasoningEffort('high');

  /**
   * A word of one agent alone, for example `minimal` or `max`. It is passed on as it is.
   *
   * Errors: anything but a word of lower-case letters.
   */
  public static of(name: string): ReasoningEffort {
    checkArguments('ReasoningEffort.of', { name: ['string', name] });
    return new ReasoningEffort(name);
  }

  private constructor(
    /** As the agent takes it. */
    public readonly name: string,
  ) {
    if (!Token.isUnresolved(name) && !/^[a-z]{2,16}$/.test(name)) {
      throw invalidValue('InvalidReasoningEffort', {
        what: 'this is not a level of effort',
        got: name,
        allowed: '2 to 16 lower-case letters, such as low, medium, high, minimal or max',
        fix: 'take ReasoningEffort.LOW, .MEDIUM or .HIGH, or a word that the agent documents',
      });
    }
  }
}

/** What every coding agent can be told, whoever built its image. */
export interface AgentSessionOptions {
  /**
   * The model, by the name that the agent takes. On Amazon Bedrock it must be one of the route's.
   *
   * @default - the first model of a Bedrock route; else gemini-2.5-pro for Gemini CLI, none for OpenCode, which has to be
   * told one, and what the agent itself chooses for all others
   */
  readonly model?: string;

  /**
   * Bounds of every job.
   *
   * @default - an hour; no bound of turns and dollars
   */
  readonly limits?: JobLimits;

  /**
   * What the tokens of the model cost, for agents that name no price themselves: Codex and Gemini CLI. A price of the
   * cache that is left away counts as that of input, so that a bound is rather reached too early.
   *
   * @default - jobs of these agents cost an unknown amount, and cannot be bounded in dollars; so do those of OpenCode at
   * an LLM gateway or with a profile of the account
   */
  readonly prices?: ModelPrices;

  /**
   * Whether the agent sends OpenTelemetry of its own, signed with its role: logs to a log group
   * `/aws/bedrock-agentcore/runtimes/<name>-telemetry-...` that is made for it, metrics to CloudWatch, traces to AWS X-Ray.
   * Which of them there are differs by agent, and traces need CloudWatch Transaction Search. They may name files,
   * commands and tools, those of OpenCode hold prompts; what AgentCore records does not depend on it. Kiro and Cursor
   * have none, and ignore it.
   *
   * @default false
   */
  readonly telemetry?: boolean;
}

/** How an agent out of this library is built and run. */
export interface PackagedCliOptions extends AgentSessionOptions {
  /**
   * An image that was built from the Dockerfile of this library elsewhere, in a pipeline with a scanner, say:
   * `AgentCli.fromRepository(repository, '1.4.2')`. What follows below then belongs to that build.
   *
   * @default - the CDK builds the image at deployment, which needs Docker and linux/arm64 (or its emulation)
   */
  readonly image?: AgentCli;

  /**
   * The version of the agent, for example `2.1.332`. From the npm registry it is installed by its name; only the version
   * of this library is verified by the checksums of all its packages, and tested. Of a vendor's archive it is what the
   * program must say that it is.
   *
   * @default - the version that this release of the library was tested with; any for Kiro and Cursor
   */
  readonly version?: string;

  /**
   * Further Debian packages, for example `openjdk-17-jdk-headless`.
   *
   * @default - git, Python, build tools, ripgrep, jq and the like
   */
  readonly extraPackages?: string[];

  /**
   * The image to build on: Debian with Node.js 22 and a user 1000. Give your mirror, by digest.
   *
   * @default - the official image of Node.js, from Amazon ECR Public
   */
  readonly baseImage?: string;
}

/** Options of agents from the npm registry. */
export interface AgentCliOptions extends PackagedCliOptions {
  /**
   * Settings of your organisation, merged over those of this library into the file that a repository cannot override:
   * `managed-settings.json` of Claude Code, `managed_config.toml` of Codex, `settings.json` of Gemini CLI in
   * /etc, `opencode.json`. They stay readable in the image: no secrets.
   *
   * @default - the settings of this library
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- jsii knows no unknown
  readonly managedSettings?: { [key: string]: any };

  /**
   * The npm registry to install from, an https URL. It must let the build in without a password.
   *
   * @default - https://registry.npmjs.org
   */
  readonly npmRegistry?: string;
}

/** Options of `AgentCli.claudeCode`. */
export interface ClaudeCodeOptions extends AgentCliOptions {
  /**
   * The model for titles, summaries and searches.
   *
   * @default - a Haiku model of the Bedrock route, if it has one; else the main model on Bedrock, and what Claude Code
   * itself chooses elsewhere
   */
  readonly smallModel?: string;

  /**
   * How hard the model thinks.
   *
   * @default - what Claude Code itself chooses
   */
  readonly effort?: ReasoningEffort;
}

/** Options of `AgentCli.codex`. */
export interface CodexOptions extends AgentCliOptions {
  /**
   * How hard the model thinks.
   *
   * @default - what Codex itself chooses
   */
  readonly effort?: ReasoningEffort;
}

/** Options of `AgentCli.openCode`. */
export interface OpenCodeOptions extends AgentCliOptions {
  /**
   * The model for titles and summaries.
   *
   * @default - the main model
   */
  readonly smallModel?: string;

  /**
   * How hard the model thinks, by the name of a variant of the model.
   *
   * @default - the model's usual variant
   */
  readonly effort?: ReasoningEffort;
}

/** Options of agents that are not on the npm registry: their vendors' archives, or an image with one. */
export interface VendorCliOptions extends PackagedCliOptions {
  /**
   * Where the vendor's archive for linux/arm64 lies, an https URL of one version. Needed, unless `image` is given.
   *
   * @default - none
   */
  readonly archiveUrl?: string;

  /**
   * The SHA-256 of the archive, 64 hexadecimal digits. The build fails if what is downloaded differs.
   *
   * @default - none
   */
  readonly archiveSha256?: string;
}

/** An agent of your own that keeps the contract of a session. */
export interface CustomCliOptions extends AgentSessionOptions {
  /** Its image: `AgentCli.fromDirectory`, `.fromRepository` or `.fromArtifact`. */
  readonly image: AgentCli;

  /**
   * The model for small work.
   *
   * @default - what the agent itself chooses
   */
  readonly smallModel?: string;

  /**
   * How hard the model thinks.
   *
   * @default - what the agent itself chooses
   */
  readonly effort?: ReasoningEffort;
}
