import { runSimulation, type Simulation } from '@cloud-copilot/iam-simulate';
import { ACCOUNT } from './place';
import type { DeployedRole, PolicyDocument } from './deployment';

export type Verdict = 'Allowed' | 'ExplicitlyDenied' | 'ImplicitlyDenied';

export interface Question {
  readonly action: string;
  readonly resource: string;
  readonly context?: Record<string, string>;
  /** the policy of the resource, if it has one */
  readonly resourcePolicy?: PolicyDocument;
  /** the policy of the VPC endpoint on the way, if there is one */
  readonly endpointPolicy?: PolicyDocument;
  /** policies that the role gets besides its own */
  readonly also?: PolicyDocument[];
}

/** What IAM says when the role asks. Throws on a question that AWS knows no answer to, such as an action with a typo. */
export async function ask(role: DeployedRole, question: Question): Promise<Verdict> {
  const policies = [...role.policies, ...(question.also ?? [])];
  return simulate(`arn:aws:sts::${ACCOUNT}:assumed-role/${role.arn.split('/').pop()}/session`, question, policies);
}

/** Whether a service may assume the role, when it says on whose behalf. */
export async function assume(role: DeployedRole, service: string, context: Record<string, string>): Promise<Verdict> {
  return simulate(service, { action: 'sts:AssumeRole', resource: role.arn, context, resourcePolicy: role.trust }, []);
}

async function simulate(principal: string, question: Question, policies: PolicyDocument[]): Promise<Verdict> {
  const { action, resource, context = {}, resourcePolicy, endpointPolicy } = question;
  const simulation: Simulation = {
    request: { principal, action, resource: { resource, accountId: ACCOUNT }, contextVariables: context },
    identityPolicies: policies.map((policy, i) => ({ name: `policy${i}`, policy })),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    resourcePolicy,
    vpcEndpointPolicies: endpointPolicy && [{ name: 'endpoint', policy: endpointPolicy }],
  };
  const answer = await runSimulation(withPlainContextKeys(simulation), {});
  if (answer.resultType === 'error') {
    throw new Error(`${action} on ${resource}: ${JSON.stringify(answer.errors)}`);
  }
  const ignored = answer.resultType === 'single' ? (answer.result.ignoredContextKeys ?? []) : [];
  if (ignored.length > 0) {
    throw new Error(`${action} does not look at ${ignored.join(', ')}`);
  }
  return answer.overallResult;
}

/**
 * The simulator knows neither an encryption context nor that Lambda names the function in every call of its code. A tag
 * of the principal stands in: it is compared in the same way.
 */
function withPlainContextKeys(simulation: Simulation): Simulation {
  const plain = JSON.stringify(simulation).replace(
    /(?:kms:EncryptionContext|lambda(?=:SourceFunctionArn)):([\w:-]+)/g,
    (_, key: string) => `aws:PrincipalTag/${key.replaceAll(':', '-')}`,
  );
  return JSON.parse(plain) as Simulation;
}
