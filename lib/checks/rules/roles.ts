import { CREDENTIALS } from '../../contract/agentcore-actions';
import { memoized } from '../../template/memoized';
import type { Assembly } from '../../template/assembly';
import type { Check } from './check';
import { AGENTCORE } from '../../template/resource';
import { DEVELOPER_GUIDE, at, errorCheck, warningCheck } from './check';
import {
  ANY_NAME,
  SECRETS_POLICIES,
  allows,
  areNames,
  covering,
  isForEverybody,
  isLimitedBy,
  limitsCallers,
  listedOfAws,
  reaching,
  roleOf,
  statementsFor,
  statementsIn,
  trustInAgentCore,
} from '../../template/policies';
import type { Resource } from '../../template/resource';
import type { Value } from '../../template/value';
import { UNKNOWN } from '../../template/value';

const BEST_PRACTICES = `${DEVELOPER_GUIDE}runtime-security-best-practices.html`;
const ROLE = ['AWS::IAM::Role'];

/** policies of AWS that let a role do anything, with everything or with everything of AgentCore */
const BROAD_POLICIES = ['AdministratorAccess', 'BedrockAgentCoreFullAccess', 'IAMFullAccess', 'PowerUserAccess'];

/** whoever may do all of these may do everything, with the account or with AgentCore */
const EVERYTHING: [service: string, actions: string[], names: string[]][] = [
  // whoever writes policies of every role writes those of an administrator
  ['iam', ['iam:CreateUser', 'iam:PutRolePolicy', 'iam:PassRole'], [ANY_NAME, `role/${ANY_NAME}`]],
  [
    'bedrock-agentcore',
    ['CreateGateway', 'DeleteAgentRuntime', 'GetResourceApiKey'].map((name) => `bedrock-agentcore:${name}`),
    [ANY_NAME],
  ],
];

/** what brings a credential into the hands of who calls it */
const REVEALING = [...CREDENTIALS, 'secretsmanager:GetSecretValue'];

/** The roles with which AgentCore acts. */
export const ROLE_CHECKS: Check[] = [
  errorCheck(
    {
      id: 'AC_SERVICE_ROLE_TRUST_PINNED',
      title: 'a role of AgentCore must be assumed for resources of this account only',
      text: 'Without aws:SourceAccount or aws:SourceArn the service may be made to use the role for a resource of another account (confused deputy). With Principal * anybody may use it.',
      fix: 'Add the conditions aws:SourceAccount and aws:SourceArn to the trust policy; for the operator role of a capacity provider aws:SourceAccount alone.',
      source: `${BEST_PRACTICES}#security-bp-confused-deputy`,
      resourceTypes: ROLE,
    },
    (role) =>
      [...trustInAgentCore(role).filter((statement) => !isPinned(statement)), ...openTrust(role)].map(
        ({ path }) => path,
      ),
    { guard: true },
  ),
  errorCheck(
    {
      id: 'AC_SERVICE_ROLE_NOT_ADMIN',
      title: 'a role of AgentCore must not be allowed everything',
      text: 'Every program in a session has the credentials of the role, and so has whoever talks an agent into running one.',
      fix: 'Allow the actions and resources that the runtime or gateway needs, by name.',
      source: `${BEST_PRACTICES}#security-bp-iam-least-privilege`,
      resourceTypes: ROLE,
    },
    (role) => {
      const attached = listedOfAws(role, BROAD_POLICIES);
      const broad = statementsFor(role).some((statement) => allows(statement) && isEverything(statement));
      const found = [...attached.map(({ path }) => path), ...at('Properties', broad)];
      return trustInAgentCore(role).length > 0 ? found : [];
    },
  ),
  warningCheck(
    {
      id: 'AC_RUNTIME_ROLE_WITHOUT_CREDENTIALS',
      title: 'the role of a runtime must not reach credentials of other services',
      text: 'Code in the microVM has the credentials of the role, and takes away what it can read with them. Behind a gateway a credential is used and not seen.',
      fix: 'Give the right to the role of a gateway and let agents call its tools, or deny the action in the role of the runtime.',
      source: `${DEVELOPER_GUIDE}security-credentials-management.html`,
      resourceTypes: [`${AGENTCORE}Runtime`, `${AGENTCORE}Harness`, `${AGENTCORE}CodeInterpreterCustom`],
    },
    (resource) => {
      const role = roleOf(resource);
      const statements = role === undefined ? [] : statementsFor(role);
      const reads = role !== undefined && listedOfAws(role, SECRETS_POLICIES).length > 0;
      const revealed = REVEALING.some((action) => isAllowed(statements, action, reads));
      return at(`Properties.${resource.type.endsWith('::Runtime') ? 'RoleArn' : 'ExecutionRoleArn'}`, revealed);
    },
  ),
];

function isPinned(statement: Value): boolean {
  return isLimitedBy(statement.get('Condition'), namesAccount);
}

/** what lets everybody assume a role of AgentCore */
function openTrust(role: Resource): Value[] {
  const open = statementsIn(role.get('AssumeRolePolicyDocument')).filter(
    (statement) => allows(statement) && isForEverybody(statement) && !limitsCallers(statement.get('Condition')),
  );
  return open.length > 0 && (trustInAgentCore(role).length > 0 || actedWith(role.template.assembly).has(role))
    ? open
    : [];
}

const actedWith = memoized((assembly: Assembly) => new Set(assembly.resourcesOf(`${AGENTCORE}*`).map(roleOf)));

function namesAccount(key: string, value: Value): boolean {
  if (key === 'aws:sourceorgid' || key === 'aws:sourceorgpaths') {
    return areNames(value);
  }
  const accountOf = { 'aws:sourceaccount': (text: string) => text, 'aws:sourcearn': accountIn }[key];
  return accountOf !== undefined && value.items.every(({ text = UNKNOWN }) => !/[*?]|^$/.test(accountOf(text)));
}

/** the account of an ARN; one that is not written is part of what is known only at deployment, or of a wildcard */
function accountIn(arn: string): string {
  return arn.split(':')[4] ?? (arn.includes(UNKNOWN) ? UNKNOWN : arn);
}

/** Whether a statement gives all of IAM or of AgentCore. */
export function isEverything(statement: Value): boolean {
  return EVERYTHING.some(
    ([service, actions, names]) =>
      actions.every((action) => covering(statement, [action]).length > 0) &&
      reaching(statement, service, names).length > 0,
  );
}

/** whether statements allow an action; `anyhow` where something else does so already */
function isAllowed(statements: Value[], action: string, anyhow: boolean): boolean {
  const about = statements.filter((statement) => covering(statement, [action]).length > 0);
  const denied = about.some(
    (statement) =>
      statement.get('Effect').is('Deny') &&
      statement.get('Condition').absent &&
      statement.get('Resource').items.some((resource) => resource.is('*')),
  );
  return !denied && (about.some(allows) || (anyhow && action.startsWith('secretsmanager:')));
}
