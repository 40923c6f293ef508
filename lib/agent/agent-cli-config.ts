import type * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type * as iam from 'aws-cdk-lib/aws-iam';

/** What a `CodingAgent` needs to know of its CLI. Not part of the API. */
export interface AgentCliConfig {
  readonly artifact: agentcore.AgentRuntimeArtifact;
  /** what the execution role needs in order to fetch image or code */
  readonly statements: iam.PolicyStatement[];
  /** image or zip: their limits for environment variables differ */
  readonly isCode: boolean;
}
