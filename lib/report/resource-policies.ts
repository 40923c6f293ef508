import type { Resource } from '../template/resource';
import type { Value } from '../template/value';
import { type Entry, type Section, entry, sortedBy } from './reader/facts';
import type { Reader } from './reader/reader';
import { type Statement, facts, readStatements } from './reader/statements';
import { ATTACHED, HOLDERS } from '../template/holders';

/** what the policy is about, where that is not the resource itself */
const ABOUT = [
  'ResourceArn',
  'ResourceIdentifier',
  'Bucket',
  'EventBusName',
  'FileSystemId',
  'Queue',
  'Queues',
  'RepositoryName',
  'SecretId',
  'TopicArn',
  'Topics',
];

const PERMISSIONS = ['AWS::Lambda::LayerVersionPermission', 'AWS::Lambda::Permission', 'AWS::Lambda::Url'];

/** Who else may use something, by a policy of the thing itself. */
export function resourcePoliciesSection(reader: Reader): Section {
  const all = [...reader.template.resources.values()];
  const policies = all.flatMap((resource) =>
    policiesIn(resource).flatMap((policy) => policyEntries(resource, policy, reader)),
  );
  const permissions = reader.resourcesOf(...PERMISSIONS).map((permission) => permissionEntry(permission, reader));
  const legacy = reader.resourcesOf('AWS::Events::EventBusPolicy').flatMap((policy) => busEntry(policy, reader));
  return {
    id: 'resourcePolicies',
    title: 'Resource policies',
    none: 'No resource lets others in by a policy of its own.',
    entries: sortedBy([...policies, ...permissions, ...legacy], (one) => JSON.stringify(one)),
  };
}

function policyEntries(resource: Resource, policy: Value, reader: Reader): Entry[] {
  return subjectsOf(resource, reader).map((name) =>
    entry({
      name,
      type: resource.type,
      ...facts(readStatements(policy, reader).map((statement) => withoutSelf(statement, name))),
    }),
  );
}

/** What a policy is about: other resources if it is one of its own, else the resource that has it. */
function subjectsOf(policy: Resource, reader: Reader): string[] {
  const subjects = policy.type.endsWith('Policy') ? ABOUT.flatMap((key) => policy.get(key).items) : [];
  const names = subjects.flatMap((subject) => reader.about(subject) ?? []);
  return names.length > 0 ? names : [reader.nameOf(policy)];
}

/** that a policy is about its own resource goes without saying */
function withoutSelf(statement: Statement, name: string): Statement {
  const self = [`\${${name}}`, `\${${name}.Arn}`, `\${${name}.FileSystemArn}`];
  return { ...statement, resources: statement.resources.filter((text) => !self.includes(text)) };
}

const LIMITS = [
  'Condition',
  'EventSourceToken',
  'FunctionUrlAuthType',
  'InvokedViaFunctionUrl',
  'OrganizationId',
  'PrincipalOrgID',
  'SourceAccount',
  'SourceArn',
];

function limitsOf(permission: Resource, reader: Reader): string[] {
  return LIMITS.flatMap((key) => reader.lines(permission.get(key), `${key}.`));
}

/** the form in which the properties of a bus policy are its statement */
function busEntry(policy: Resource, reader: Reader): Entry[] {
  const principal = reader.text(policy.get('Principal'));
  return principal === undefined
    ? []
    : subjectsOf(policy, reader).map((name) =>
        entry({
          name,
          type: policy.type,
          allow: [
            entry({
              principals: [principal],
              actions: reader.texts(policy.get('Action')),
              conditions: limitsOf(policy, reader),
            }),
          ],
        }),
      );
}

function permissionEntry(permission: Resource, reader: Reader): Entry {
  const target = ['FunctionName', 'LayerVersionArn', 'TargetFunctionArn'].map((key) => permission.get(key));
  const principal = reader.text(permission.get('Principal'));
  const isUrl = permission.type === 'AWS::Lambda::Url';
  return entry({
    name: target.map((value) => reader.about(value)).find((name) => name !== undefined) ?? reader.nameOf(permission),
    type: permission.type,
    authorization: isUrl ? reader.text(permission.get('AuthType')) : undefined,
    allow: isUrl
      ? []
      : [
          entry({
            principals: principal === undefined ? [] : [principal],
            actions: reader.texts(permission.get('Action')),
            conditions: limitsOf(permission, reader),
          }),
        ],
  });
}

/** what the report says elsewhere */
const ELSEWHERE = new Set([...HOLDERS, ...ATTACHED, 'AWS::EC2::VPCEndpoint']);

/** where a policy can be a text of which nothing is known, so that it does not look like one */
const TEXTS: Record<string, string> = {
  'AWS::BedrockAgentCore::ResourcePolicy': 'Policy',
  'AWS::CloudTrail::ResourcePolicy': 'ResourcePolicy',
  'AWS::ECR::RegistryPolicy': 'PolicyText',
  'AWS::ECR::Repository': 'RepositoryPolicyText',
  'AWS::EFS::FileSystem': 'FileSystemPolicy',
  'AWS::Events::EventBusPolicy': 'Statement',
  'AWS::KMS::Key': 'KeyPolicy',
  'AWS::KMS::ReplicaKey': 'KeyPolicy',
  'AWS::Logs::ResourcePolicy': 'PolicyDocument',
  'AWS::S3::AccessPoint': 'Policy',
  'AWS::S3::BucketPolicy': 'PolicyDocument',
  'AWS::SNS::TopicPolicy': 'PolicyDocument',
  'AWS::SQS::QueuePolicy': 'PolicyDocument',
  'AWS::SecretsManager::ResourcePolicy': 'ResourcePolicy',
};

/** The policy documents of a resource, wherever they stand in it: services agree on their form, not on their place. */
function policiesIn(resource: Resource): Value[] {
  if (ELSEWHERE.has(resource.type) || !(resource.mentions('Statement') || resource.type in TEXTS)) {
    return [];
  }
  const text = TEXTS[resource.type];
  const known = text === undefined ? undefined : resource.get(text);
  // a statement among the properties makes a document of them
  const found = pathsIn(resource.written.Properties, []).filter(([first = 'Statement']) => first !== text);
  return [...(known === undefined || known.absent ? [] : [known]), ...found.map((path) => resource.get(...path))];
}

type Written = Record<string, unknown>;

/** as it is written: to follow every function of every resource would take long */
function pathsIn(written: unknown, path: string[]): string[][] {
  if (typeof written === 'string') {
    return isPolicyText(written) ? [path] : [];
  }
  if (typeof written !== 'object' || written === null) {
    return [];
  }
  if (isDocument(written as Written)) {
    return [path];
  }
  const found: string[][] = [];
  for (const [key, below] of Object.entries(written)) {
    // what a function makes stands where the function stands
    const isFunction = key.startsWith('Fn::');
    for (const one of pathsIn(below, isFunction ? path : [...path, key])) {
      if (isFunction) {
        return [path];
      }
      found.push(one);
    }
  }
  return found;
}

/** other languages have statements too, but none with an effect */
function isDocument({ Statement: statements }: Written): boolean {
  const all: unknown[] = Array.isArray(statements) ? statements : [statements];
  return all.some((one) => typeof one === 'object' && one !== null && ('Effect' in one || 'Fn::If' in one));
}

/** also the start of one that is joined */
function isPolicyText(text: string): boolean {
  return text.startsWith('{') && /^\{\s*"(Version|Statement|Id)"\s*:/.test(text);
}
