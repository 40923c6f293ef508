import type * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct, IDependable, IMixin } from 'constructs';
import type { KnownTool } from './tool-schema';
import type { BoundIdentity } from '../../identity/bound-identity';
import type { InboundAuth } from '../../identity/inbound-auth';

/** What a target learns of the gateway that it is added to. */
export interface TargetContext {
  readonly targetName: string;
  readonly gateway: agentcore.Gateway;
  readonly inboundAuth: InboundAuth;
}

/** What a `ToolTarget` turned into: the L2, and what the L2 lacks. */
export interface ToolTargetConfig {
  /** makes the L2 under the scope of the target */
  readonly create: (scope: Construct, options: CreateTargetOptions) => agentcore.GatewayTarget;
  /** applied to the L2 in this order */
  readonly mixins: IMixin[];
  /** what the role of the gateway must be allowed for this target besides what its identity needs */
  readonly statements: iam.PolicyStatement[];
  readonly identity: BoundIdentity;
  /** undefined where the tools are known to the server only */
  readonly tools?: KnownTool[];
  /** of an API, the operations, which become tools; undefined where the description is known only at deployment */
  readonly operations?: string[];
  /** true when no tool of this target changes anything */
  readonly readOnly: boolean;
  /** it may offer resources and prompts besides tools */
  readonly isServer: boolean;
  /** tools are listed at each request; search by meaning cannot work then */
  readonly dynamic: boolean;
  /** the tools were fetched at deployment, so that they can be fetched again */
  readonly refreshable: boolean;
  /** what must exist before AgentCore asks the target for its tools */
  readonly dependencies: IDependable[];
}

/** How the L2 of a target is made. */
interface CreateTargetOptions {
  readonly gateway: agentcore.Gateway;
  readonly gatewayTargetName: string;
  readonly credentialProviderConfigurations: agentcore.ICredentialProviderConfig[];
}
