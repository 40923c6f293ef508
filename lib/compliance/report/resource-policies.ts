import type { Resource } from '../../checks/template-resource';
import type { Value } from '../../checks/template-value';
import type { Entry, Section } from './facts';
import { entry, sortedBy } from './facts';
import type { Reader } from './reader';
import type { Statement } from './statements';
import { facts, statementsIn, statementsInText } from './statements';

/** Where a policy stands, and what it is about: the resource itself if no property says another. */
interface Place {
  readonly policy: string[];
  readonly about?: string;
  readonly isText?: boolean;
}

const PLACES: Record<string, Place> = {
  'AWS::BedrockAgentCore::ResourcePolicy': { policy: ['Policy'], about: 'ResourceArn', isText: true },
  'AWS::ECR::RegistryPolicy': { policy: ['PolicyText'] },
  'AWS::ECR::Repository': { policy: ['RepositoryPolicyText'] },
  'AWS::EFS::FileSystem': { policy: ['FileSystemPolicy'] },
  'AWS::Events::EventBusPolicy': { policy: ['Statement'], about: 'EventBusName' },
  'AWS::KMS::Key': { policy: ['KeyPolicy'] },
  'AWS::Logs::ResourcePolicy': { policy: ['PolicyDocument'], isText: true },
  'AWS::S3::AccessPoint': { policy: ['Policy'] },
  'AWS::S3::BucketPolicy': { policy: ['PolicyDocument'], about: 'Bucket' },
  'AWS::S3Files::FileSystemPolicy': { policy: ['Policy'], about: 'FileSystemId' },
  'AWS::SecretsManager::ResourcePolicy': { policy: ['ResourcePolicy'], about: 'SecretId' },
  'AWS::SNS::TopicPolicy': { policy: ['PolicyDocument'], about: 'Topics' },
  'AWS::SQS::QueuePolicy': { policy: ['PolicyDocument'], about: 'Queues' },
};

/** Who else may use something, by a policy of the thing itself. */
export function resourcePoliciesSection(reader: Reader): Section {
  const policies = Object.entries(PLACES).flatMap(([type, place]) =>
    reader.resourcesOf(type).flatMap((resource) => policyEntries(resource, place, reader)),
  );
  const permissions = reader
    .resourcesOf('AWS::Lambda::Permission', 'AWS::Lambda::LayerVersionPermission', 'AWS::Lambda::Url')
    .map((permission) => permissionEntry(permission, reader));
  return {
    id: 'resourcePolicies',
    title: 'Resource policies',
    none: 'No resource lets others in by a policy of its own.',
    entries: sortedBy([...policies, ...permissions], (one) => JSON.stringify(one)),
  };
}

function policyEntries(resource: Resource, { policy, about, isText }: Place, reader: Reader): Entry[] {
  const document = resource.get(...policy);
  if (document.absent) {
    return [];
  }
  const statements = isText ? statementsInText(document, reader) : statementsIn(document, reader);
  const subjects: readonly Value[] = about === undefined ? [] : resource.get(about).items;
  const names = subjects.flatMap((subject) => reader.about(subject) ?? []);
  return (names.length > 0 ? names : [reader.nameOf(resource)]).map((name) =>
    entry({ name, type: resource.type, ...facts(statements.map((statement) => withoutSelf(statement, name))) }),
  );
}

/** that a policy is about its own resource goes without saying */
function withoutSelf(statement: Statement, name: string): Statement {
  const self = [`\${${name}}`, `\${${name}.Arn}`, `\${${name}.FileSystemArn}`];
  return { ...statement, resources: statement.resources.filter((text) => !self.includes(text)) };
}

function permissionEntry(permission: Resource, reader: Reader): Entry {
  const target = ['FunctionName', 'LayerVersionArn', 'TargetFunctionArn'].map((key) => permission.get(key));
  const principal = reader.text(permission.get('Principal'));
  const isUrl = permission.type === 'AWS::Lambda::Url';
  const text = (key: string): string[] => {
    const value = reader.text(permission.get(key));
    return value === undefined ? [] : [`${key}: ${value}`];
  };
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
            conditions: ['EventSourceToken', 'OrganizationId', 'PrincipalOrgID', 'SourceAccount', 'SourceArn'].flatMap(
              text,
            ),
          }),
        ],
  });
}
