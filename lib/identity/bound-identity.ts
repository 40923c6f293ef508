import type * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { IDependable } from 'constructs';
import type { InboundAuth } from './inbound-auth';
import type { OptOut } from '../private/acknowledge';
import type { OAuthGrantType } from '../mixins/gateway-target-oauth-grant';

/** What kind of target an identity is used at. */
export type TargetKind = 'mcpServer' | 'openApi' | 'lambda' | 'agentRuntime';

/** What an identity learns of the target and gateway that it is used at. */
export interface IdentityContext {
  readonly targetName: string;
  readonly kind: TargetKind;
  /** in the user's words: 'GitHub', 'Jira', the host of a server */
  readonly service: string;
  readonly inboundAuth: InboundAuth;
  /** true when the target brings its tools as a fixed list, so that nobody asks the server at deployment */
  readonly hasToolSchema: boolean;
  /** whether a target of kind 'agentRuntime' asks for a token or for a signature; undefined where it is not known */
  readonly runtimeUsesJwt?: boolean;
  /** to be compared with the gateway of a consent portal */
  readonly gatewayId?: string;
}

/** What an `OutboundIdentity` turned into. */
export interface BoundIdentity {
  /** how the gateway authenticates at the target; undefined for no credential at all */
  readonly credential?: agentcore.ICredentialProviderConfig;
  /** what the L2 of an OAuth credential cannot say */
  readonly oauthGrant?: OAuthGrant;
  /** the credential provider that the gateway fetches from, with the directory rights the gateway adds itself */
  readonly fetch?: FetchedCredential;
  /** further rights of the gateway's role: to read a secret, to sign with a key */
  readonly statements: iam.PolicyStatement[];
  /** the function that stands in for the server: the target becomes one of kind 'lambda' */
  readonly broker?: BoundBroker;
  /** AgentCore cannot ask for the tools at deployment; they are listed at each request, unless given as a list */
  readonly listing?: 'DYNAMIC';
  /** as whom the other side sees the call, in words */
  readonly actor: string;
  /** the URL to register at the authorization server, known after the first deployment */
  readonly callbackUrl?: string;
  readonly dependencies: IDependable[];
  /** what the user accepts by choosing it, with the reason that she gave */
  readonly optOut?: OptOut;
}

export interface OAuthGrant {
  readonly grantType: OAuthGrantType;
  readonly defaultReturnUrl?: string;
}

export interface FetchedCredential {
  readonly kind: 'apiKey' | 'oauth2';
  readonly providerArn: string;
}

export interface BoundBroker {
  readonly function: lambda.IFunction;
  readonly tools: agentcore.ToolDefinition[];
  /** names of the tools that change something */
  readonly writeTools: string[];
}
