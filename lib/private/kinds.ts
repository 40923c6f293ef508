import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { invalid, invalidValue } from './errors';
import { PROP_TYPES } from './prop-types';

/*
 * TypeScript checks the props of an app that is written in it. An app in JavaScript, in Python without a type checker, or
 * with a cast gets past it, and would end in a TypeError of this library or, worse, in a template that lacks something.
 */

/** What a type is at runtime. */
interface Kind {
  /** in the words of users */
  readonly allowed: string;
  readonly is: (value: unknown) => boolean;
}

/** What tells an object of a type from others, whichever copy of a library made it: names of classes do not survive bundlers. */
const MEMBERS: Readonly<Record<string, string>> = {
  AgentCli: '_bind',
  AgentPrices: 'vcpuHour',
  ApiKeyScheme: '_render',
  BedrockModel: '_statements',
  ConsentPortal: 'portalArn',
  Duration: 'toMilliseconds',
  Egress: '_plan',
  Filesystem: '_mount',
  GitCredential: 'functionArn',
  GitHubAppKey: '_environment',
  IAgentNetwork: 'isPublic',
  IBucket: 'bucketArn',
  IFunction: 'functionArn',
  IKey: 'keyArn',
  IMcpGateway: 'gatewayArn',
  InboundAuth: '_forRuntime',
  IS3FilesFileSystem: 'fileSystemArn',
  ISecret: 'secretArn',
  ISecurityGroup: 'securityGroupId',
  ISubnet: 'subnetId',
  ITopic: 'topicArn',
  IVpc: 'vpcId',
  JwtClaim: '_forGateway',
  McpClient: '_dialect',
  ModelRoute: '_bind',
  OAuthVendor: '_render',
  OutboundIdentity: '_bind',
  PrivateEndpoint: '_render',
  Rate: '_measure',
  RateLimit: '_dimension',
  ReasoningEffort: 'name',
  SchemaSource: '_bind',
  ToolPolicy: '_spec',
};

/** What to write, where the name of a type does not say it. */
const EXAMPLES: Readonly<Record<string, string>> = {
  AgentCli: 'an AgentCli, such as AgentCli.claudeCode()',
  Duration: 'a Duration, such as Duration.minutes(30)',
  Egress: 'an Egress, such as Egress.awsOnly()',
  Filesystem: "a Filesystem, such as Filesystem.sessionStorage('/mnt/workspace')",
  IAgentNetwork: 'new AgentNetwork(...), AgentNetwork.fromVpc(...) or AgentNetwork.publicInternet({ reason })',
  InboundAuth: 'an InboundAuth, such as InboundAuth.iam()',
  IVpc: 'a VPC',
  ModelRoute: 'a ModelRoute, such as ModelRoute.bedrock([...])',
  SecretReference: "a secret and the key of a value in it: { secret, jsonKey: 'token' }",
};

/** Members of an enum are texts or numbers, and value classes of the CDK take their place in newer versions. */
const ENUMS =
  /^(RemovalPolicy|RetentionDays|AgentCoreRuntime|GatewayExceptionLevel|OAuthGrantType|AlarmKind|ListingMode)$/;
const ENUMS_OF_OURS = /^(ActorToken|JwtSigningAlgorithm|OAuthClientAuthentication|OnBehalfOfGrant|PolicyEngineMode)$/;

/** What a check of its own says better: why a prop must be there, */
const MISSING_SAID_ELSEWHERE = new Set([
  'AuthorizationServer.authorizationEndpoint',
  'AuthorizationServer.issuer',
  'AuthorizationServer.tokenEndpoint',
  'CodingAgentProps.network',
  'JwtAuthProps.discoveryUrl',
  'McpServerTargetProps.endpoint',
]);
/** or what is wrong with it, whatever it is */
const SAID_ELSEWHERE = new Set([
  'GitHubAppBrokerProps.protectedPaths',
  'GitHubAppOptions.installationId',
  'GitHubAppOptions.key',
]);

/**
 * Refuses props that are missing or of another kind than their interface says. It never prints a value, which could be a
 * credential. What is known only at deployment passes, and so do props that this version does not know.
 */
export function checkProps(scope: IConstruct | undefined, type: string, props: unknown): void {
  if (!isObject(props)) {
    throw refused(scope, `what was given as ${type} is no object`, props, 'an object with its props');
  }
  checkMembers(scope, type, type, props);
}

/** The same for the arguments of a function, each with its type: `{ models: ['BedrockModel[]', models] }`. */
export function checkArguments(
  of: string,
  given: Readonly<Record<string, readonly [type: string, value: unknown]>>,
): void {
  for (const [name, [type, value]] of Object.entries(given)) {
    checkValue(undefined, `${name} of ${of}`, type, value);
  }
}

function checkMembers(scope: IConstruct | undefined, owner: string, type: string, props: Props): void {
  const { extends: parent, ...members } = PROP_TYPES[type];
  if (parent !== undefined) {
    checkMembers(scope, owner, parent, props);
  }
  for (const [name, wanted] of Object.entries(members)) {
    const place = `${type}.${name}`;
    if (!SAID_ELSEWHERE.has(place)) {
      const isLeftAway = MISSING_SAID_ELSEWHERE.has(place) && !wanted.endsWith('?');
      checkValue(scope, `${name} of ${owner}`, isLeftAway ? `${wanted}?` : wanted, props[name]);
    }
  }
}

function checkValue(scope: IConstruct | undefined, what: string, wanted: string, value: unknown): void {
  const isOptional = wanted.endsWith('?');
  const type = isOptional ? wanted.slice(0, -1) : wanted;
  const { allowed, is } = kindOf(type);
  if (value === undefined && !isOptional) {
    throw refused(scope, `${what} is missing`, value, allowed);
  }
  if (value === undefined || Token.isUnresolved(value)) {
    return;
  }
  if (!is(value)) {
    throw refused(scope, `${what} is of the wrong kind`, value, allowed);
  }
  if (type in PROP_TYPES) {
    checkMembers(scope, what, type, value as Props);
  } else if (type.endsWith('[]')) {
    (value as unknown[]).forEach((each, index) => checkValue(scope, `${what}, item ${index}`, type.slice(0, -2), each));
  }
}

function kindOf(type: string): Kind {
  if (type.endsWith('[]')) {
    return { allowed: `a list, each item ${kindOf(type.slice(0, -2)).allowed}`, is: (value) => Array.isArray(value) };
  }
  switch (type) {
    case 'string':
      return { allowed: 'a text', is: (value) => typeof value === 'string' };
    case 'number':
      return { allowed: 'a number', is: (value) => typeof value === 'number' };
    case 'boolean':
      return { allowed: 'true or false', is: (value) => typeof value === 'boolean' };
    case 'Map<string>':
      return {
        allowed: 'an object whose values are texts',
        is: (value) => isObject(value) && Object.values(value).every((each) => typeof each === 'string'),
      };
    default:
      return kindOfObject(type);
  }
}

function kindOfObject(type: string): Kind {
  const allowed = EXAMPLES[type] ?? (type.startsWith('Map<') ? 'an object' : `a value of the type ${type}`);
  if (ENUMS.test(type) || ENUMS_OF_OURS.test(type)) {
    return { allowed, is: (value) => value !== null && !Array.isArray(value) && typeof value !== 'boolean' };
  }
  const member = MEMBERS[type];
  return { allowed, is: (value) => isObject(value) && (member === undefined || member in value) };
}

function refused(scope: IConstruct | undefined, what: string, value: unknown, allowed: string): Error {
  const code = value === undefined ? 'PropMissing' : 'WrongKind';
  // a default takes the place of undefined, and not of null
  const fix = value === undefined ? 'add it' : value === null ? 'give it a value, or leave it away' : 'correct it';
  const problem = { what, got: kindName(value), allowed, fix };
  return scope === undefined ? invalidValue(code, problem) : invalid(scope, code, problem);
}

/** What a value is, without the value. */
function kindName(value: unknown): string {
  if (value === undefined || value === null) {
    return String(value);
  }
  if (Array.isArray(value)) {
    return 'a list';
  }
  // bundlers number classes of one name
  const name = (Object(value) as { constructor?: { name?: string } }).constructor?.name?.replace(/\d+$/, '') ?? '';
  return typeof value === 'object' && !['', 'Object'].includes(name) ? `a ${name}` : `a value of type ${typeof value}`;
}

type Props = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Props {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
