/** A finding of cdk-nag or of the validator that the library acknowledges, because the service forces it and no prop can change it. */
export interface Acknowledgement {
  /** The rule with its pack, for example `AwsSolutions::AwsSolutions-IAM5`. */
  readonly rule: string;

  /** What is found, in words. */
  readonly finding: string;

  /** Why it cannot be avoided, and what limits it instead. */
  readonly reason: string;

  /** Where AWS says so. */
  readonly source: string;
}

const IAM_WILDCARD = 'AwsSolutions::AwsSolutions-IAM5';
const ROLE_PAGE = 'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-permissions.html';

const S3_FILES_PAGE = 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-files-prereq-policies.html';

/** The default security group of a VPC, by the pack that finds it. */
function defaultGroup(pack: string): Acknowledgement {
  return {
    rule: `${pack}::${pack}-VPCDefaultSecurityGroupClosed`,
    finding: 'the default security group of the VPC of an AgentNetwork keeps its rules',
    reason:
      'CloudFormation cannot change the default security group. Nothing in this VPC uses it, and the way around that the CDK has is a function that may change the rules of any group.',
    source: 'https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html',
  };
}

/**
 * Every finding that the library acknowledges, in one table for auditors: what, why, and what limits it.
 *
 * Findings that are a choice of the app (bucket replication, backup plans, ...) are not here: they stay visible.
 */
export class Acknowledgements {
  /** The actions of the telemetry policy take no resource. */
  public static readonly TELEMETRY: Acknowledgement = {
    rule: IAM_WILDCARD,
    finding: 'Resource * in the policy CodingAgentsTelemetry',
    reason:
      'X-Ray writes, cloudwatch:PutMetricData, logs:DescribeLogGroups, bedrock:ListInferenceProfiles and ecr:GetAuthorizationToken take no resource in IAM. They stand alone in this policy, and metrics are limited to the namespace bedrock-agentcore.',
    source: ROLE_PAGE,
  };

  /** Metrics by OpenTelemetry take neither a resource nor a namespace. */
  public static readonly TELEMETRY_METRICS: Acknowledgement = {
    rule: IAM_WILDCARD,
    finding: 'Resource * in the policy CodingAgentsMetrics of agents with telemetry of their own',
    reason:
      'cloudwatch:PutMetricData takes no resource in IAM, and a condition on the namespace denies metrics that come by OpenTelemetry. It stands alone in this policy, and only agents with `telemetry` have it.',
    source: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-namespace.html',
  };

  /** The log groups of a runtime end in an id that the service makes up. */
  public static readonly RUNTIME_LOG_GROUPS: Acknowledgement = {
    rule: IAM_WILDCARD,
    finding: 'log groups /aws/bedrock-agentcore/runtimes/<name>-* in the policy of an agent',
    reason:
      'The group is named after the id that the service appends to the name of the runtime. The prefix is pinned to this one runtime: names hold no dash, so no other runtime matches.',
    source: ROLE_PAGE,
  };

  /** The workload identity of a runtime ends in an id that the service makes up. */
  public static readonly RUNTIME_WORKLOAD_IDENTITY: Acknowledgement = {
    rule: IAM_WILDCARD,
    finding: 'workload-identity/<name>-* in the policy of an agent whose model asks for a key',
    reason:
      'AgentCore makes the workload identity of a runtime and names it after the id of the runtime: its name, a dash and a suffix. The prefix is pinned to this one runtime: names hold no dash, so no other runtime matches.',
    source: 'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/scope-credential-provider-access.html',
  };

  /** S3 Files calls the versioned twins of the object actions too. */
  public static readonly SYNCHRONIZATION: Acknowledgement = {
    rule: IAM_WILDCARD,
    finding: 's3:GetObject*, s3:PutObject*, s3:DeleteObject* and s3:List* on the objects of one bucket',
    reason:
      'S3 Files assumes this role to keep bucket and file system the same, and AWS publishes no narrower list. It is limited to one bucket and prefix of this account, and only S3 Files may assume it.',
    source: S3_FILES_PAGE,
  };

  /** S3 Files makes EventBridge rules with names of its own. */
  public static readonly SYNCHRONIZATION_EVENTS: Acknowledgement = {
    rule: IAM_WILDCARD,
    finding: 'EventBridge rules DO-NOT-DELETE-S3-Files*, and reading the rules of the account and region',
    reason:
      'S3 Files learns of changes in the bucket by rules that it names itself. Changing them is limited to rules that it manages (events:ManagedBy).',
    source: S3_FILES_PAGE,
  };

  /** The files of a seed are known only at deployment. */
  public static readonly SEED_TARGET: Acknowledgement = {
    rule: IAM_WILDCARD,
    finding: 'every object below the one directory to which a seed is copied',
    reason: 'The names of the files come out of an archive at deployment. The right ends at the directory of the seed.',
    source: 'https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_s3_deployment-readme.html',
  };

  /** Lambda manages the network interfaces of a function with the role of the function. */
  public static readonly NETWORK_INTERFACES: Acknowledgement = {
    rule: IAM_WILDCARD,
    finding: 'Resource * for the network interfaces of a function in a VPC',
    reason:
      'Lambda makes the interfaces with the role of the function before they have an ARN, and the describe calls take no resource. The statements stand alone in this policy, and the code of the function is denied to use them.',
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html',
  };

  /** The look-up of the addresses of Amazon S3 takes no resource. */
  public static readonly PREFIX_LIST_LOOKUP: Acknowledgement = {
    rule: IAM_WILDCARD,
    finding: 'Resource * in the policy by which a network looks up the prefix list of Amazon S3',
    reason:
      'ec2:DescribeManagedPrefixLists takes no resource in IAM. It is the only action of this policy and returns public addresses. With s3PrefixListId of the network there is no look-up at all.',
    source: 'https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html',
  };

  /** The default security group cannot be changed by CloudFormation; the pack for HIPAA. */
  public static readonly DEFAULT_GROUP_HIPAA: Acknowledgement = defaultGroup('HIPAA.Security');

  /** The default security group cannot be changed by CloudFormation; the pack for NIST 800-53, revision 4. */
  public static readonly DEFAULT_GROUP_NIST_R4: Acknowledgement = defaultGroup('NIST.800.53.R4');

  /** The default security group cannot be changed by CloudFormation; the pack for NIST 800-53, revision 5. */
  public static readonly DEFAULT_GROUP_NIST_R5: Acknowledgement = defaultGroup('NIST.800.53.R5');

  /** The default security group cannot be changed by CloudFormation; the pack for PCI DSS 3.2.1. */
  public static readonly DEFAULT_GROUP_PCI: Acknowledgement = defaultGroup('PCI.DSS.321');

  /** AgentCore checks a policy engine against what is below the engine. */
  public static readonly POLICY_TARGETS: Acknowledgement = {
    rule: IAM_WILDCARD,
    finding: 'policy-engines/<id>/target-resource/* of one engine in the policy of a gateway',
    reason:
      'CheckAuthorizePermissions is asked for below the ARN of the policy engine, with an end that AgentCore makes up. It is the only action on these ARNs, they name the one engine of this gateway, and it decides about calls without making any.',
    source: 'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/policy-permissions.html',
  };

  /** Listing credential providers is checked against all of them. */
  public static readonly CONSENT_PROVIDER_NAMES: Acknowledgement = {
    rule: IAM_WILDCARD,
    finding: 'token-vault/default/oauth2credentialprovider/* in the policy of a consent portal',
    reason:
      'The portal lists credential providers, and AWS documents that listing is checked against all of them. It is the only action of this policy and returns names, no credentials.',
    source: 'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/identity-consent-portal-execution-role.html',
  };

  /** The validator's copy of the CloudFormation schema is older than the property. */
  public static readonly SINGLE_PAGE_TOOL_LISTS: Acknowledgement = {
    rule: 'CloudFormation-Validate::F3018',
    finding: 'DisableMcpListToolsPagination in the protocol configuration of a gateway',
    reason:
      'The L1 and the API know the property, the schema inside the validator does not. Only gateways that ask for lists on one page carry it.',
    source:
      'https://docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/API_MCPGatewayConfiguration.html',
  };

  /** All of them, in a fixed order. */
  public static all(): Acknowledgement[] {
    return [
      Acknowledgements.TELEMETRY,
      Acknowledgements.TELEMETRY_METRICS,
      Acknowledgements.RUNTIME_LOG_GROUPS,
      Acknowledgements.RUNTIME_WORKLOAD_IDENTITY,
      Acknowledgements.SYNCHRONIZATION,
      Acknowledgements.SYNCHRONIZATION_EVENTS,
      Acknowledgements.SEED_TARGET,
      Acknowledgements.NETWORK_INTERFACES,
      Acknowledgements.PREFIX_LIST_LOOKUP,
      Acknowledgements.DEFAULT_GROUP_HIPAA,
      Acknowledgements.DEFAULT_GROUP_NIST_R4,
      Acknowledgements.DEFAULT_GROUP_NIST_R5,
      Acknowledgements.DEFAULT_GROUP_PCI,
      Acknowledgements.POLICY_TARGETS,
      Acknowledgements.CONSENT_PROVIDER_NAMES,
      Acknowledgements.SINGLE_PAGE_TOOL_LISTS,
    ];
  }

  private constructor() {}
}
