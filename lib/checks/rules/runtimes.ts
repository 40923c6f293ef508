import { memoized } from '../../template/memoized';
import type { Assembly } from '../../template/assembly';
import { type Check, DEVELOPER_GUIDE, at, errorCheck, warningCheck } from './check';
import { AGENTCORE, KNOWN_TYPES, type Resource } from '../../template/resource';
import { POLICIES, roleNamed } from '../../template/holders';
import { UNKNOWN, type Value } from '../../template/value';
import { isUnknownAction } from '../../contract/agentcore-actions';
import { allows, statementsOf } from '../../template/policies';

const HARNESS = `${AGENTCORE}Harness`;
const WITH_ROLES = [`${AGENTCORE}Gateway`, `${AGENTCORE}Runtime`];
const guard = true;

/** tags that are made to be moved; nobody pushes a version under them */
const MOVING_TAGS = [
  'latest',
  'stable',
  'main',
  'master',
  'develop',
  'dev',
  'edge',
  'nightly',
  'prod',
  'production',
  'staging',
];

export const RUNTIME_CHECKS: Check[] = [
  errorCheck(
    {
      id: 'AC_HARNESS_PRIVATE_NETWORK',
      title: 'a harness must run in a VPC',
      text: 'With the public network mode nothing limits where an agent connects to. The control of Security Hub looks at runtimes only.',
      fix: 'Set NetworkMode of AgentCoreRuntimeEnvironment to VPC, with private subnets and security groups.',
      source: `${DEVELOPER_GUIDE}agentcore-vpc.html`,
      resourceTypes: [HARNESS],
    },
    (harness) => {
      const mode = harness.get('Environment', 'AgentCoreRuntimeEnvironment', 'NetworkConfiguration', 'NetworkMode');
      return at(mode.path, mode.is('PUBLIC'));
    },
    { guard },
  ),
  warningCheck(
    {
      id: 'AC_RUNTIME_PORT_CLOSED',
      title: 'a runtime must not open ports of its sessions',
      text: 'AllowedPorts makes a public URL for each session that leads past the agent to whatever program listens there, one that injected code started too.',
      fix: 'Remove AllowedPorts. For a preview that people need, keep its one port, name the runtime where InvokeAgentRuntimeProxy is granted, and acknowledge AgentCoreChecks::AC_RUNTIME_PORT_CLOSED with that reason.',
      source: `${DEVELOPER_GUIDE}runtime-session-endpoints.html`,
      resourceTypes: [`${AGENTCORE}Runtime`],
    },
    (runtime) => {
      const ports = runtime.get('AllowedPorts');
      return at(ports.path, !ports.empty && !ports.unknown);
    },
    { guard },
  ),
  warningCheck(
    {
      id: 'AC_IMAGE_TAG_IMMUTABLE',
      title: 'the image of an agent must be one that does not change',
      text: 'A tag such as latest is moved with each push: what runs is not what was reviewed, and a deployment does not notice.',
      fix: 'Name the image by its digest, or by a tag in a repository with ImageTagMutability IMMUTABLE.',
      source: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html',
      resourceTypes: [`${AGENTCORE}Runtime`, HARNESS],
    },
    (resource) =>
      ['AgentRuntimeArtifact', 'EnvironmentArtifact']
        .map((artifact) => resource.get(artifact, 'ContainerConfiguration', 'ContainerUri'))
        .filter((image) => isMoving(image) && !isInImmutableRepository(image))
        .map(({ path }) => path),
    { guard },
  ),
  warningCheck(
    {
      id: 'AC_ROLE_NOT_SHARED',
      title: 'each runtime and gateway must have a role of its own',
      text: 'A shared role lets one agent read the logs, mounts and tools of another, and CloudTrail cannot tell them apart.',
      fix: 'Make a role for each, with what it needs.',
      source: `${DEVELOPER_GUIDE}runtime-security-best-practices.html`,
      resourceTypes: WITH_ROLES,
    },
    (resource) => {
      const role = resource.get('RoleArn');
      return at(role.path, isShared(role, resource));
    },
  ),
];

function isMoving({ text }: Value): boolean {
  const name = text?.split('/').at(-1) ?? UNKNOWN;
  if (name.includes('@')) {
    return false;
  }
  const [, tag] = name.split(':');
  // without a tag latest is taken; what is known only at deployment may bring one
  return tag === undefined ? !name.includes(UNKNOWN) : MOVING_TAGS.includes(tag);
}

function isInImmutableRepository({ resource }: Value): boolean {
  return resource?.type === 'AWS::ECR::Repository' && resource.get('ImageTagMutability').is('IMMUTABLE');
}

/** How many runtimes and gateways have a role, which is one of the app or written as an ARN. */
type Sharing = Map<Resource | string, number>;

function isShared(role: Value, resource: Resource): boolean {
  const one = nameOf(role, resource);
  return one !== undefined && (sharingIn(resource.template.assembly).get(one) ?? 0) > 1;
}

const sharingIn = memoized((assembly: Assembly): Sharing => {
  const sharing: Sharing = new Map();
  for (const resource of assembly.resourcesOf(...WITH_ROLES)) {
    const one = nameOf(resource.get('RoleArn'), resource);
    if (one !== undefined) {
      sharing.set(one, (sharing.get(one) ?? 0) + 1);
    }
  }
  return sharing;
});

function nameOf(role: Value, resource: Resource): Resource | string | undefined {
  return roleNamed(role, resource) ?? role.resource ?? role.literal;
}

const REFERENCE = 'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_BedrockAgentCore.html';
const ACTIONS = 'https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrockagentcore.html';

/** What these checks do not know: no finding of theirs means nothing about it. */
export const KNOWN_CHECKS: Check[] = [
  warningCheck(
    {
      id: 'AC_RESOURCE_TYPE_KNOWN',
      title: 'a resource of AgentCore must be of a type that these checks know',
      text: 'No rule looks at a type that is newer than this version of the checks, whatever it lets in or out.',
      fix: 'Install a newer version of cdk-coding-agents. If the type is still unknown, review the resource by hand and acknowledge AgentCoreChecks::AC_RESOURCE_TYPE_KNOWN at it with what you found.',
      source: REFERENCE,
      resourceTypes: [`${AGENTCORE}*`],
    },
    ({ type }) => at('Type', !KNOWN_TYPES.includes(type)),
    { guard: true },
  ),
  warningCheck(
    {
      id: 'AC_GRANT_ACTION_KNOWN',
      title: 'a grant must be of actions of AgentCore that these checks know',
      text: 'An action that is misspelled grants nothing, and one that is newer than this version of the checks is judged by no rule.',
      fix: 'Correct the name. If AWS added the action, install a newer version of cdk-coding-agents, or acknowledge AgentCoreChecks::AC_GRANT_ACTION_KNOWN at the policy with what the action does.',
      source: ACTIONS,
      resourceTypes: POLICIES,
    },
    (policy) =>
      statementsOf(policy)
        .filter(allows)
        .flatMap((statement) => unknownActionsIn(statement))
        .map(({ path }) => path),
  ),
];

/** The actions of a statement that are of AgentCore, and of which nothing is known. */
function unknownActionsIn(statement: Value): readonly Value[] {
  return statement.get('Action').items.filter(({ text = UNKNOWN }) => !text.includes(UNKNOWN) && isUnknownAction(text));
}
