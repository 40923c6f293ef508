import { createHash } from 'node:crypto';
import type { App, IResource } from 'aws-cdk-lib';
import { CfnResource, Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { ACCOUNT, REGION } from './place';

export interface PolicyDocument {
  readonly Version?: string;
  readonly Statement: Statement[];
}

export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | string[];
  readonly Resource?: string | string[];
  readonly Principal?: unknown;
  readonly Condition?: Record<string, Record<string, string | string[]>>;
}

export interface DeployedRole {
  readonly path: string;
  readonly arn: string;
  readonly trust: PolicyDocument;
  readonly policies: PolicyDocument[];
}

interface Template {
  readonly Resources?: Record<string, { Type: string; Properties?: any }>;
  readonly Outputs?: Record<string, { Value: unknown; Export?: { Name: string } }>;
  readonly Mappings?: Record<string, Record<string, Record<string, string>>>;
}

const PSEUDO: Record<string, string> = {
  'AWS::AccountId': ACCOUNT,
  'AWS::Partition': 'aws',
  'AWS::Region': REGION,
  'AWS::StackId': `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/Agents/01234567-89ab-cdef-0123-456789abcdef`,
  'AWS::URLSuffix': 'amazonaws.com',
};

/**
 * The account after a deployment, in thought: every reference in the synthesized templates becomes a literal of the
 * form that AWS gives such a resource, so that policies can be judged as IAM judges them.
 */
export class Deployment {
  public readonly templates: Record<string, Template>;
  private readonly paths = new Map<string, string>();
  private readonly exports = new Map<string, { stack: string; value: unknown }>();

  public constructor(app: App) {
    const { stacks } = app.synth();
    this.templates = Object.fromEntries(stacks.map((stack) => [stack.stackName, stack.template as Template]));
    for (const resource of app.node.findAll().filter((construct) => CfnResource.isCfnResource(construct))) {
      const id: string = Stack.of(resource).resolve(resource.logicalId);
      this.paths.set(`${Stack.of(resource).stackName}/${id}`, resource.node.path);
    }
    for (const [stack, { Outputs = {} }] of Object.entries(this.templates)) {
      for (const { Value, Export } of Object.values(Outputs).filter((output) => output.Export !== undefined)) {
        this.exports.set(this.resolve(stack, Export!.Name), { stack, value: Value });
      }
    }
  }

  /** What an attribute of a construct would be. */
  public literal(owner: IConstruct, value: string): string {
    const stack = Stack.of(owner);
    return this.resolve(stack.stackName, stack.resolve(value));
  }

  /** All resources of the app, with their properties as literals. */
  public resources(...types: string[]): { stack: string; id: string; path: string; type: string; properties: any }[] {
    return Object.entries(this.templates).flatMap(([stack, { Resources = {} }]) =>
      Object.entries(Resources)
        .filter(([, { Type }]) => types.length === 0 || types.includes(Type))
        .map(([id, { Type, Properties }]) => ({
          stack,
          id,
          type: Type,
          path: this.paths.get(`${stack}/${id}`) ?? id,
          properties: this.resolve(stack, Properties ?? {}),
        })),
    );
  }

  public role(role: iam.IRole): DeployedRole {
    const arn = this.literal(role, role.roleArn);
    return this.roles().find((candidate) => candidate.arn === arn)!;
  }

  /** Every role with all policies that it ends up with. */
  public roles(): DeployedRole[] {
    const attached = this.resources('AWS::IAM::ManagedPolicy', 'AWS::IAM::Policy');
    return this.resources('AWS::IAM::Role').map(({ stack, id, path, properties }) => {
      const arns: string[] = properties.ManagedPolicyArns ?? [];
      const name = this.resolve(stack, { Ref: id });
      const own = attached.filter(
        (policy) =>
          policy.properties.Roles?.includes(name) || arns.includes(this.resolve(policy.stack, { Ref: policy.id })),
      );
      const inline: { PolicyDocument: PolicyDocument }[] = properties.Policies ?? [];
      return {
        path,
        arn: this.resolve(stack, { 'Fn::GetAtt': [id, 'Arn'] }),
        trust: properties.AssumeRolePolicyDocument,
        policies: [...own.map((policy) => policy.properties), ...inline].map(({ PolicyDocument }) => PolicyDocument),
      };
    });
  }

  /** The properties of the resource behind an L2. */
  public properties(l2: IResource): any {
    const cfn = l2.node.defaultChild as CfnResource;
    return this.resources(cfn.cfnResourceType).find(({ id }) => id === Stack.of(cfn).resolve(cfn.logicalId))!
      .properties;
  }

  private resolve(stack: string, value: any): any {
    if (Array.isArray(value)) {
      return value.map((item) => this.resolve(stack, item));
    }
    if (typeof value !== 'object' || value === null) {
      return value;
    }
    const [[key, argument] = ['', undefined], ...others] = Object.entries(value);
    if (others.length > 0 || !(key === 'Ref' || key.startsWith('Fn::'))) {
      return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, this.resolve(stack, inner)]));
    }
    return this.intrinsic(stack, key, key === 'Fn::GetAtt' ? argument : this.resolve(stack, argument));
  }

  private intrinsic(stack: string, name: string, argument: any): any {
    switch (name) {
      case 'Ref':
        return PSEUDO[argument] ?? this.physical(stack, argument, 'Ref');
      case 'Fn::GetAtt':
        return this.physical(stack, argument[0], argument[1]);
      case 'Fn::Join':
        return argument[1].join(argument[0]);
      case 'Fn::Split':
        return argument[1].split(argument[0]);
      case 'Fn::Select':
        return argument[1][Number(argument[0])];
      case 'Fn::Sub':
        return argument.replace(/\$\{([^}]+)\}/g, (_: string, inner: string) => PSEUDO[inner]);
      case 'Fn::FindInMap':
        return this.templates[stack].Mappings![argument[0]][argument[1]][argument[2]];
      case 'Fn::ImportValue': {
        const exported = this.exports.get(argument)!;
        return this.resolve(exported.stack, exported.value);
      }
      default:
        throw new Error(`teach the deployment about ${name}`);
    }
  }

  private physical(stack: string, id: string, attribute: string): string | string[] {
    const type = this.templates[stack].Resources?.[id]?.Type ?? 'a parameter';
    const properties = this.templates[stack].Resources?.[id]?.Properties;
    const form = FORMS[`${type}.${attribute}`] ?? (/Arn$/.test(attribute) ? anyArn : anyId);
    return form(`${stack}-${id}`, (key) => this.resolve(stack, properties?.[key]));
  }
}

type Form = (name: string, property: (key: string) => any) => string | string[];

const arn = (service: string, resource: string, account = ACCOUNT): string =>
  `arn:aws:${service}:${account === '' ? '' : REGION}:${account}:${resource}`;
const hash = (name: string, length = 17): string => createHash('sha256').update(name).digest('hex').slice(0, length);

const anyArn: Form = (name) => arn('service', `resource/${hash(name)}`);
const anyId: Form = (name) => `id-${hash(name)}`;

/** What AWS calls a resource, by type and attribute. What is missing here is named in no policy. */
const FORMS: Record<string, Form> = {
  'AWS::Scheduler::ScheduleGroup.Arn': (_name, property) => arn('scheduler', `schedule-group/${property('Name')}`),
  'AWS::Bedrock::ApplicationInferenceProfile.InferenceProfileArn': (name) =>
    arn('bedrock', `application-inference-profile/${hash(name, 12)}`),
  'AWS::BedrockAgentCore::ApiKeyCredentialProvider.CredentialProviderArn': (_, property) =>
    arn('bedrock-agentcore', `token-vault/default/apikeycredentialprovider/${property('Name')}`),
  'AWS::BedrockAgentCore::Gateway.GatewayArn': (name, property) =>
    arn('bedrock-agentcore', `gateway/${property('Name')}-${hash(name, 10)}`),
  'AWS::BedrockAgentCore::Gateway.GatewayIdentifier': (name, property) => `${property('Name')}-${hash(name, 10)}`,
  'AWS::BedrockAgentCore::OAuth2CredentialProvider.CredentialProviderArn': (_, property) =>
    arn('bedrock-agentcore', `token-vault/default/oauth2credentialprovider/${property('Name')}`),
  'AWS::BedrockAgentCore::PolicyEngine.PolicyEngineArn': (name, property) =>
    arn('bedrock-agentcore', `policy-engine/${property('Name')}-${hash(name, 10)}`),
  'AWS::BedrockAgentCore::PolicyEngine.PolicyEngineId': (name, property) => `${property('Name')}-${hash(name, 10)}`,
  'AWS::BedrockAgentCore::Runtime.AgentRuntimeId': (name, property) =>
    `${property('AgentRuntimeName')}-${hash(name, 10)}`,
  'AWS::BedrockAgentCore::Runtime.AgentRuntimeArn': (name, property) =>
    arn('bedrock-agentcore', `runtime/${property('AgentRuntimeName')}-${hash(name, 10)}`),
  'AWS::EFS::AccessPoint.Ref': (name) => `fsap-${hash(name)}`,
  'AWS::EFS::FileSystem.Ref': (name) => `fs-${hash(name)}`,
  'AWS::EFS::FileSystem.Arn': (name) => arn('elasticfilesystem', `file-system/fs-${hash(name)}`),
  'AWS::IAM::ManagedPolicy.Ref': (name) => `arn:aws:iam::${ACCOUNT}:policy/${name}`,
  'AWS::IAM::Role.Ref': (name) => name,
  'AWS::IAM::Role.Arn': (name) => `arn:aws:iam::${ACCOUNT}:role/${name}`,
  'AWS::KMS::Key.Arn': (name) => arn('kms', `key/${hash(name, 32)}`),
  'AWS::Lambda::Alias.Ref': (_, property) =>
    `${arn('lambda', `function:${property('FunctionName')}`)}:${property('Name')}`,
  'AWS::Lambda::Function.Ref': (name) => name,
  'AWS::Lambda::Function.Arn': (name) => arn('lambda', `function:${name}`),
  'AWS::Logs::LogGroup.Ref': (name, property) => property('LogGroupName') ?? name,
  'AWS::Logs::LogGroup.Arn': (name, property) => arn('logs', `log-group:${property('LogGroupName') ?? name}:*`),
  'AWS::S3::Bucket.Ref': (name) => name.toLowerCase(),
  'AWS::S3::Bucket.Arn': (name) => `arn:aws:s3:::${name.toLowerCase()}`,
  'AWS::SecretsManager::Secret.Ref': (name) => arn('secretsmanager', `secret:${name}-AbCdEf`),
  'AWS::S3Files::FileSystem.FileSystemId': (name) => `fs-${hash(name)}`,
  'AWS::S3Files::FileSystem.FileSystemArn': (name) => arn('s3files', `file-system/fs-${hash(name)}`),
  'AWS::S3Files::AccessPoint.AccessPointArn': (name, property) =>
    arn('s3files', `file-system/${property('FileSystemId')}/access-point/fsap-${hash(name)}`),
  'AWS::NetworkFirewall::Firewall.EndpointIds': (name) => [`euc1-az1:vpce-${hash(name)}`],
};
