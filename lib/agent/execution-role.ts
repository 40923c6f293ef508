import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { RUNTIME_LOGS } from '../logs/storage';
import { acknowledgeUnlessChanged, acknowledgeWildcards } from '../private/acknowledge';
import { Acknowledgements } from '../private/acknowledgements';
import { oncePerStack } from '../private/per-stack';
import { policySizeProblems } from '../private/policy-size';
import type { Filesystem } from '../storage/filesystem';
import { exceptKey, guardrailPolicyOf, guardrailPolicyWithKey } from './guardrail-policy';
import { type KeyException, workloadIdentityArn } from './model/model-key';

const LOG_STREAMS = ':log-stream:*';

const TELEMETRY_ID = 'CodingAgentsTelemetry';

/** shared file systems whose rights fit into one policy together with everything else */
const MOUNTS_IN_ONE_POLICY = 2;

const agentRoles = new WeakSet<object>();

/** The role of one agent and its policies; the runtime must wait for all of them. */
interface ExecutionRole {
  readonly role: iam.Role;
  /** holds what is this agent's own */
  readonly policy: iam.ManagedPolicy;
  /** that one, and those that agents share */
  readonly policies: iam.ManagedPolicy[];
}

/**
 * Makes the role as which one agent runs.
 *
 * Everything in it names this agent, its image, its models and its mounts. What is the same for all agents of the
 * stack stands in two shared policies.
 */
export function executionRole(
  scope: Construct,
  runtimeName: string,
  statements: iam.PolicyStatement[],
  keyException?: KeyException,
): ExecutionRole {
  const ownLogs = logGroupsArn(scope, runtimeName);
  const policy = new iam.ManagedPolicy(scope, 'Policy', {
    description: `What coding agent ${runtimeName} may do`,
    statements: [...logStatements(ownLogs), ...statements, ...(keyException ? exceptKey(keyException) : [])],
  });
  policy.node.addValidation({ validate: () => policySizeProblems(policy) });
  acknowledgeWildcards(policy, Acknowledgements.RUNTIME_LOG_GROUPS, { resources: [ownLogs, ownLogs + LOG_STREAMS] });
  if (keyException !== undefined) {
    const resources = [workloadIdentityArn(scope, runtimeName)];
    acknowledgeWildcards(policy, Acknowledgements.RUNTIME_WORKLOAD_IDENTITY, { resources });
  }
  const guardrail = keyException === undefined ? guardrailPolicyOf(scope) : guardrailPolicyWithKey(scope);
  const role = new iam.Role(scope, 'Role', {
    description: `Runs coding agent ${runtimeName}`,
    assumedBy: trust(scope, runtimeName),
  });
  // named in the policy and not in the role: `cdk diff --fail-on broadening` sees only what is attached this way
  const policies = [policy, oncePerStack(scope, TELEMETRY_ID, telemetryPolicy), guardrail];
  policies.forEach((each) => each.attachToRole(role));
  agentRoles.add(role);
  return { role, policy, policies };
}

/** Whether a principal is the role of an agent: its runtime waits for what is granted to it. */
export function isAgentRole(principal: iam.IPrincipal): boolean {
  return agentRoles.has(principal);
}

/** In the order in which they are given: those whose rights fit beside everything else, and what comes after them. */
export function splitByRoom(filesystems: Filesystem[]): { fit: Filesystem[]; rest: Filesystem[] } {
  const shared = filesystems.filter((filesystem) => !filesystem._isPrivate);
  const firstTooMany = shared[MOUNTS_IN_ONE_POLICY];
  const end = firstTooMany === undefined ? filesystems.length : filesystems.indexOf(firstTooMany);
  return { fit: filesystems.slice(0, end), rest: filesystems.slice(end) };
}

/** A second policy for the mounts of an agent that has many: IAM allows 6,144 characters each. */
export function mountPolicy(scope: Construct, role: iam.Role): iam.ManagedPolicy {
  const policy = new iam.ManagedPolicy(scope, 'MountPolicy', { description: `What ${scope.node.path} may mount` });
  policy.node.addValidation({ validate: () => policySizeProblems(policy) });
  policy.attachToRole(role);
  return policy;
}

function logGroupsArn(scope: Construct, runtimeName: string): string {
  return Stack.of(scope).formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: `${RUNTIME_LOGS}/${runtimeName}-*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

function logStatements(ownLogs: string): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({
      // the resource policy lets spans into the log group of the agent; agents made since July 2026 send them there
      actions: ['logs:CreateLogGroup', 'logs:DescribeLogStreams', 'logs:PutResourcePolicy'],
      resources: [ownLogs],
    }),
    new iam.PolicyStatement({
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [ownLogs + LOG_STREAMS],
    }),
  ];
}

/** a runtime id is the name, a dash and a suffix; a name holds no dash, so this admits no other runtime */
function trust(scope: Construct, runtimeName: string): iam.IPrincipal {
  const stack = Stack.of(scope);
  return new iam.ServicePrincipal('bedrock-agentcore.amazonaws.com', {
    conditions: {
      StringEquals: { 'aws:SourceAccount': stack.account },
      ArnLike: {
        'aws:SourceArn': stack.formatArn({
          service: 'bedrock-agentcore',
          resource: 'runtime',
          resourceName: `${runtimeName}-*`,
        }),
      },
    },
  });
}

/**
 * The calls that take no resource in IAM, one policy for all agents of a stack.
 *
 * They are in a separate policy so that a wildcard added anywhere else is a separate finding: cdk-nag judges a policy as a whole,
 * and an acknowledged `*` would hide the next one in the same policy.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-permissions.html
 */
function telemetryPolicy(stack: Stack): iam.ManagedPolicy {
  const policy = new iam.ManagedPolicy(stack, TELEMETRY_ID, {
    description: 'Telemetry and registry login of coding agents: calls for which IAM knows no resource',
    statements: [
      new iam.PolicyStatement({
        sid: 'Traces',
        actions: [
          'xray:GetSamplingRules',
          'xray:GetSamplingTargets',
          // for agents that send OpenTelemetry themselves
          'xray:PutSpans',
          'xray:PutTelemetryRecords',
          'xray:PutTraceSegments',
        ],
        resources: ['*'],
      }),
      new iam.PolicyStatement({
        sid: 'Metrics',
        actions: ['cloudwatch:PutMetricData'],
        resources: ['*'],
        conditions: { StringEquals: { 'cloudwatch:namespace': 'bedrock-agentcore' } },
      }),
      new iam.PolicyStatement({ sid: 'RegistryLogin', actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }),
      // Claude Code asks at each start which profiles exist
      new iam.PolicyStatement({ sid: 'FindProfiles', actions: ['bedrock:ListInferenceProfiles'], resources: ['*'] }),
      new iam.PolicyStatement({ sid: 'FindLogGroups', actions: ['logs:DescribeLogGroups'], resources: ['*'] }),
    ],
  });
  acknowledgeUnlessChanged(policy, Acknowledgements.TELEMETRY, { resources: ['*'] });
  return policy;
}
