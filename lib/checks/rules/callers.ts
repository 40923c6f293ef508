import type { Check } from './check';
import { AGENTCORE } from '../../template/resource';
import { DEVELOPER_GUIDE, at, errorCheck } from './check';
import { allows, isForEverybody, limitsCallers, statementsIn } from '../../template/policies';
import type { Value } from '../../template/value';

const INBOUND = `${DEVELOPER_GUIDE}gateway-inbound-auth.html`;
const GUARDED = [`${AGENTCORE}Gateway`, `${AGENTCORE}Harness`, `${AGENTCORE}Runtime`];
const guard = true;

/** what narrows down whose tokens are let in */
const LIMITS = ['AllowedAudience', 'AllowedClients', 'AllowedScopes', 'CustomClaims', 'AllowedWorkloadConfiguration'];

/** Who may call. */
export const CALLER_CHECKS: Check[] = [
  errorCheck(
    {
      id: 'AC_AUTHENTICATE_ONLY_ENFORCED',
      title: 'a gateway that only authenticates must have an enforcing policy engine',
      text: 'AUTHENTICATE_ONLY checks the signature and nothing else: every principal of every AWS account may call the tools.',
      fix: 'Set AuthorizerType to AWS_IAM or CUSTOM_JWT, or PolicyEngineConfiguration with Mode ENFORCE.',
      source: INBOUND,
      resourceTypes: [`${AGENTCORE}Gateway`],
    },
    (gateway) => {
      const [type, engine] = [gateway.get('AuthorizerType'), gateway.get('PolicyEngineConfiguration')];
      const enforced = !engine.absent && !engine.get('Mode').absent && !engine.get('Mode').is('LOG_ONLY');
      return at(type.path, type.is('AUTHENTICATE_ONLY') && !enforced);
    },
    { guard },
  ),
  errorCheck(
    {
      id: 'AC_JWT_CONFIGURED',
      title: 'a gateway that takes tokens must say whose',
      text: 'CUSTOM_JWT without a configuration has no issuer to check tokens against.',
      fix: 'Set AuthorizerConfiguration.CustomJWTAuthorizer with DiscoveryUrl and AllowedClients or AllowedAudience.',
      source: INBOUND,
      resourceTypes: [`${AGENTCORE}Gateway`],
    },
    (gateway) => {
      const url = gateway.get('AuthorizerConfiguration', 'CustomJWTAuthorizer', 'DiscoveryUrl');
      return at(url.path, gateway.get('AuthorizerType').is('CUSTOM_JWT') && url.absent);
    },
    { guard },
  ),
  errorCheck(
    {
      id: 'AC_JWT_CALLERS_LIMITED',
      title: 'a JWT authorizer must not admit a whole issuer',
      text: 'Without a limit every token that the identity provider issues, for whatever application, opens the resource.',
      fix: 'Set AllowedClients, AllowedAudience, AllowedScopes or CustomClaims.',
      source: INBOUND,
      resourceTypes: GUARDED,
    },
    (resource) => {
      const authorizer = resource.get('AuthorizerConfiguration', 'CustomJWTAuthorizer');
      const limits = LIMITS.map((name) => authorizer.get(name));
      return at(authorizer.path, !authorizer.empty && limits.every(({ empty }) => empty));
    },
    { guard },
  ),
  errorCheck(
    {
      id: 'AC_RESOURCE_POLICY_LIMITED',
      title: 'a resource policy must not let everybody in',
      text: 'Principal * without a condition that names whom or what it admits means anybody on the internet, signed or not.',
      fix: 'Name the principals; for callers with tokens, who need Principal *, add a condition such as aws:SourceVpce.',
      source: `${DEVELOPER_GUIDE}resource-based-policies.html`,
      resourceTypes: [`${AGENTCORE}ResourcePolicy`],
    },
    (resource) => {
      const policy = resource.get('Policy');
      return at(policy.path, admitsEverybody(policy));
    },
    { guard },
  ),
];

function admitsEverybody(policy: Value): boolean {
  return statementsIn(policy).some(
    (statement) => allows(statement) && isForEverybody(statement) && !limitsCallers(statement.get('Condition')),
  );
}
