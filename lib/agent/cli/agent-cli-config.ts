import type * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { CliName, LimitSettings, PriceSettings } from '../../contract/session';

/** What a `CodingAgent` needs to know of its CLI. Not part of the API. */
export interface AgentCliConfig {
  readonly artifact: agentcore.AgentRuntimeArtifact;
  /** what the execution role needs in order to fetch image or code */
  readonly statements: iam.PolicyStatement[];
  /** image or zip: their limits for environment variables differ */
  readonly isCode: boolean;
  /** which agent it is, and what it was told; undefined for an image of which nothing is known */
  readonly session?: CliSession;
}

/** What was said of an agent, before its models are known. */
export interface CliSession {
  readonly name: CliName;
  readonly model?: string;
  readonly smallModel?: string;
  readonly effort?: string;
  readonly limits?: LimitSettings;
  readonly prices?: PriceSettings;
  readonly telemetry?: boolean;
}
