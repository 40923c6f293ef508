import { isUnknownAction } from '../../contract/agentcore-actions';
import { POLICIES } from '../../template/holders';
import { allows, statementsOf } from '../../template/policies';
import { AGENTCORE, KNOWN_TYPES } from '../../template/resource';
import type { Value } from '../../template/value';
import { UNKNOWN } from '../../template/value';
import type { Check } from './check';
import { at, warningCheck } from './check';

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
export function unknownActionsIn(statement: Value): readonly Value[] {
  return statement.get('Action').items.filter(({ text = UNKNOWN }) => !text.includes(UNKNOWN) && isUnknownAction(text));
}
