import { AS_ANY_USER, CREDENTIALS, INSIDE_A_SESSION, WORKLOAD_TOKENS } from '../../contract/agentcore-actions';
import type { Check } from './check';
import { AGENTCORE } from '../../template/resource';
import { DEVELOPER_GUIDE, errorCheck, warningCheck } from './check';
import {
  ANY_NAME,
  allows,
  areNames,
  covering,
  isLimitedBy,
  matches,
  reaching,
  rolesOf,
  statementsOf,
  trustInAgentCore,
} from '../../template/policies';
import { POLICIES } from '../../template/holders';
import type { Resource } from '../../template/resource';
import type { Value } from '../../template/value';
import { UNKNOWN } from '../../template/value';

const guard = true;
const SCOPE = `${DEVELOPER_GUIDE}scope-credential-provider-access.html`;

/** Actions on something that has a name, which a grant must give. */
interface Target {
  readonly actions: readonly string[];
  readonly service: string;
  readonly names: string[];
  /** what shows that somebody thought of AgentCore, in a policy of a role that AgentCore does not assume */
  readonly ours: RegExp;
}

const WORKLOAD_IDENTITIES: Target = {
  actions: WORKLOAD_TOKENS,
  service: 'bedrock-agentcore',
  names: [`workload-identity-directory/default/workload-identity/${ANY_NAME}`],
  ours: /^bedrock-agentcore:/i,
};

const PROVIDERS: Target = {
  actions: CREDENTIALS,
  service: 'bedrock-agentcore',
  names: ['apikeycredentialprovider', 'oauth2credentialprovider', 'paymentcredentialprovider'].map(
    (kind) => `token-vault/default/${kind}/${ANY_NAME}`,
  ),
  ours: /^bedrock-agentcore:/i,
};

const SECRETS: Target = {
  actions: ['secretsmanager:GetSecretValue'],
  service: 'secretsmanager',
  names: ['apikey', 'oauth2'].map((kind) => `secret:bedrock-agentcore-identity!default/${kind}/${ANY_NAME}`),
  ours: /:secret:bedrock-agentcore-identity/i,
};

const SOME = new RegExp(`[/*?${UNKNOWN}]`);

/** the actions by which a caller reaches the inside of a session, or acts as somebody else */
const BEYOND_INVOKING = [...INSIDE_A_SESSION, ...AS_ANY_USER];

const RUNTIMES: Target = {
  actions: BEYOND_INVOKING,
  service: 'bedrock-agentcore',
  names: [`runtime/${ANY_NAME}`, `runtime/${ANY_NAME}/runtime-endpoint/${ANY_NAME}`],
  ours: /^bedrock-agentcore:/i,
};

const CAPACITY_PROVIDERS: Target = {
  actions: ['bedrock-agentcore:PassCapacityProvider', 'bedrock-agentcore:DeleteCapacityProviderSession'],
  service: 'bedrock-agentcore',
  names: [`capacity-provider/${ANY_NAME}`],
  ours: /^bedrock-agentcore:/i,
};

/** Grants that reach further than one agent, gateway or tool. */
export const GRANT_CHECKS: Check[] = [
  errorCheck(
    {
      id: 'AC_WORKLOAD_IDENTITY_GRANT_NAMED',
      title: 'a grant of workload access tokens must name the workload identity',
      text: 'With a wildcard the role gets tokens for every agent and gateway of the account, and with them their credentials. Runtimes made since October 2025 need no such grant at all.',
      fix: 'In a policy of yours name the identity, workload-identity-directory/default/workload-identity/<name>-*, or drop the statement. The L2s of the CDK write the statement into the role that they make: pass your own role as executionRole or role, as iam.Role.fromRoleArn(...) or role.withoutPolicyUpdates(), with the rights that it needs; CodingAgent and McpGateway do so by themselves. Else acknowledge AgentCoreChecks::AC_WORKLOAD_IDENTITY_GRANT_NAMED at the construct, with who works with the role.',
      source: SCOPE,
      resourceTypes: POLICIES,
    },
    (policy) => tooWide(policy, WORKLOAD_IDENTITIES),
    { guard },
  ),
  errorCheck(
    {
      id: 'AC_CREDENTIAL_GRANT_NAMED',
      title: 'a grant of API keys or OAuth tokens must name the credential provider',
      text: 'The service does not tie providers to identities: the role alone decides, and a wildcard gives it every credential of the token vault.',
      fix: 'Name the provider: token-vault/default/oauth2credentialprovider/<name> or apikeycredentialprovider/<name>.',
      source: SCOPE,
      resourceTypes: POLICIES,
    },
    (policy) => tooWide(policy, PROVIDERS),
    { guard },
  ),
  errorCheck(
    {
      id: 'AC_SECRET_GRANT_NAMED',
      title: 'a grant to read secrets of AgentCore Identity must name the secret',
      text: 'The secrets bedrock-agentcore-identity!* are the credentials of every provider of the account. The grant methods of the CDK allow all of them.',
      fix: 'Name the secret of the provider, or keep the credential in a secret of your own (SecretSource EXTERNAL).',
      source: SCOPE,
      resourceTypes: POLICIES,
    },
    (policy) => tooWide(policy, SECRETS),
    { guard },
  ),
  errorCheck(
    {
      id: 'AC_SESSION_GRANT_NAMED',
      title: 'a grant that leads into sessions must name the runtime',
      text: 'Commands, shells and requests to open ports run with the credentials of the agent, and the actions ForUser act as any user. With a wildcard that is so for every agent of the account.',
      fix: 'Name the runtime: runtime/<name>-* or the ARN of its construct, and runtime/<name>-*/runtime-endpoint/<endpoint>; or drop the action.',
      source: `${DEVELOPER_GUIDE}runtime-session-endpoints.html`,
      resourceTypes: POLICIES,
    },
    (policy) => tooWide(policy, RUNTIMES),
    { guard },
  ),
  errorCheck(
    {
      id: 'AC_CAPACITY_PROVIDER_GRANT_NAMED',
      title: 'a grant to use capacity providers or to end their sessions must name the capacity provider',
      text: 'Whoever passes any capacity provider puts programs beside the sessions of other teams, and whoever ends any session deletes its volumes.',
      fix: 'Name the capacity provider: capacity-provider/<name>-*, or the ARN of its construct.',
      source: `${DEVELOPER_GUIDE}runtime-instances.html`,
      resourceTypes: POLICIES,
    },
    (policy) => tooWide(policy, CAPACITY_PROVIDERS),
    { guard },
  ),
  warningCheck(
    {
      id: 'AC_INVOKE_GRANT_NAMED',
      title: 'a grant to invoke agents must name the actions',
      text: 'A wildcard includes the actions that open a shell with the credentials of the agent, reach its open ports, or act as any user.',
      fix: 'Allow bedrock-agentcore:InvokeAgentRuntime, and the other actions by name where they are needed.',
      source: `${DEVELOPER_GUIDE}runtime-get-started-command-shell.html`,
      resourceTypes: POLICIES,
    },
    (policy) =>
      statementsOf(policy)
        .filter(allows)
        .flatMap((statement) => {
          const given = covering(statement, BEYOND_INVOKING);
          return given.length > 0 && reachesAgents(statement) ? given : [];
        })
        .filter((action) => action.items.some(({ text = '' }) => /^bedrock-agentcore:.*[*?]/i.test(text)))
        .map(({ path }) => path),
    { guard },
  ),
];

function tooWide(policy: Resource, target: Target): string[] {
  const ofAgentCore = rolesOf(policy).some((role) => trustInAgentCore(role).length > 0);
  return statementsOf(policy)
    .filter(allows)
    .filter(isUnlimited)
    .flatMap((statement) => wildcards(statement, target, ofAgentCore));
}

function wildcards(statement: Value, { actions, service, names, ours }: Target, ofAgentCore: boolean): string[] {
  const given = covering(statement, actions);
  if (given.length === 0) {
    return [];
  }
  const resources = reaching(statement, service, names);
  const isOurs = [...given, ...resources].some(({ items }) => items.some(({ text = '' }) => ours.test(text)));
  return ofAgentCore || isOurs ? resources.map(({ path }) => path) : [];
}

/** a condition on a tag of the resource names it in another way, unless it is the tag that all of them have */
function isUnlimited(statement: Value): boolean {
  return !isLimitedBy(
    statement.get('Condition'),
    (key, values) =>
      /^(aws|secretsmanager):resourcetag\//.test(key) && !key.endsWith(':owningservice') && areNames(values),
  );
}

/** Whether a statement may be about agents: not if each resource is surely something else. */
function reachesAgents(statement: Value): boolean {
  const { items } = statement.get('Resource');
  return items.length === 0 || items.some((arn) => !isSomethingElse(arn));
}

function isSomethingElse({ text = '', resource }: Value): boolean {
  const [, service, name] = /^arn:[^:]*:([^:]*):[^:]*:[^:]*:(.*)$/s.exec(text) ?? [];
  if (name === undefined) {
    return resource?.type.startsWith(AGENTCORE) === true && !/::(Runtime|Harness)/.test(resource.type);
  }
  const [type] = name.split(SOME);
  return !matches(service, 'bedrock-agentcore') || !['runtime', 'harness'].some((kind) => kind.startsWith(type));
}
