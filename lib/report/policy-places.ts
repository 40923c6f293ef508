import { ATTACHED, HOLDERS } from '../template/holders';
import type { Resource } from '../template/resource';
import type { Value } from '../template/value';

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
export function policiesIn(resource: Resource): Value[] {
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
