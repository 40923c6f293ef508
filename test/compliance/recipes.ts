import { join } from 'node:path';
import * as fc from 'fast-check';
import { App, Aws, Duration, Lazy, Stack } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { CodingAgentProps, IAgentNetwork } from '../../lib';
import {
  AgentCli,
  AgentNetwork,
  BedrockModel,
  CodingAgent,
  Egress,
  Filesystem,
  InboundAuth,
  ModelRoute,
  S3FilesFileSystem,
} from '../../lib';

// Random agents. A recipe is inert, printable data, so that a failure shows it; `cook` makes the app of it.

export type Recipe = typeof RECIPE extends fc.Arbitrary<infer T> ? T : never;

const ASSETS = join(__dirname, 'assets');

/** mostly what is fine, sometimes what is not, sometimes anything */
export function mostly<T>(fine: fc.Arbitrary<T>, ...others: fc.Arbitrary<T>[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 40 * others.length, arbitrary: fine },
    ...others.map((arbitrary) => ({ weight: 1, arbitrary })),
  );
}
export const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });

export const anyText = fc.string({ unit: 'binary', maxLength: 60 });
export const letters = (pattern: RegExp, maxLength = 40): fc.Arbitrary<string> =>
  fc.stringMatching(pattern).map((text) => text.slice(0, maxLength));
const word = letters(/^[a-zA-Z][a-zA-Z0-9_]*$/, 30);
/** stands for a value that is known at deployment only */
export const TOKEN = '<token>';

const path = mostly(
  fc.constantFrom('a', 'b', 'c', 'd/', 'a.b-c_d').map((name) => `/mnt/${name}`),
  anyText,
  fc.constantFrom('/mnt', '/mnt/..', '/mnt/a/b', '/data', ''),
);
export const SECRET = `ghp_${'0123456789abcdefghij'.repeat(2)}`;
const region = mostly(fc.constantFrom('eu-central-1', 'eu-west-1', 'us-gov-west-1'), anyText);
const modelId = mostly(
  fc.constantFrom('anthropic.claude-opus-4-6-v1', 'amazon.nova-pro-v1:0'),
  anyText,
  fc.constantFrom('*', 'eu.anthropic.x', TOKEN),
);
const seconds = mostly(
  fc.integer({ min: 60, max: 28_800 }),
  fc.integer({ min: 0, max: 90_000 }),
  fc.constantFrom(0.5, 59.9, 60.5, 28_800.001),
);
const lifetimes = mostly(
  fc
    .tuple(maybe(seconds), maybe(seconds))
    .map(([a, b]) => (a !== undefined && b !== undefined && a > b ? [b, a] : [a, b])),
  fc.tuple(seconds, seconds),
);
const regions = mostly(fc.array(region, { minLength: 1, maxLength: 3 }), fc.array(region, { maxLength: 1 }));
const mount = fc.oneof(
  { weight: 3, arbitrary: fc.record({ session: path }) },
  { weight: 2, arbitrary: fc.record({ efs: path, readOnly: maybe(fc.boolean()) }) },
  { weight: 2, arbitrary: fc.record({ s3Files: path, readOnly: maybe(fc.boolean()) }) },
);
export const record = (
  key: fc.Arbitrary<string>,
  value: fc.Arbitrary<string>,
  maxKeys: number,
): fc.Arbitrary<Record<string, string>> => fc.dictionary(key, value, { maxKeys, noNullPrototype: true });

export const RECIPE = fc.record({
  id: letters(/^[A-Z][\w.: -]*$/, 60),
  runtimeName: maybe(mostly(word, anyText, fc.constantFrom(TOKEN, '', '1a', 'my-agent', 'a'.repeat(49)))),
  description: maybe(
    mostly(fc.string({ minLength: 1, maxLength: 100 }), anyText, fc.constantFrom('', TOKEN, 'x'.repeat(1201))),
  ),
  tags: maybe(record(mostly(word, anyText, fc.constantFrom('aws:x', 'AWS:x', '')), mostly(word, anyText), 3)),
  environment: maybe(
    record(
      mostly(word, anyText, fc.constantFrom('AWS_SESSION_TOKEN', '__proto__', 'constructor', 'toString')),
      mostly(fc.string({ maxLength: 80 }), anyText, fc.constantFrom(TOKEN, SECRET, 'x'.repeat(2048), 'x'.repeat(2049))),
      4,
    ),
  ),
  lifetimes,
  isV2: fc.boolean(),
  cli: fc.oneof(
    fc.record({
      repository: mostly(fc.constantFrom('1.4.2', 'latest', `sha256:${'0'.repeat(64)}`), anyText, fc.constant(TOKEN)),
    }),
    fc.record({ folder: mostly(fc.constant('image'), fc.constantFrom('missing', 'code/main.py')) }),
    fc.record({
      code: mostly(fc.constant('code'), fc.constantFrom('missing', 'code/main.py')),
      language: mostly(fc.constantFrom('PYTHON_3_14', 'NODE_22'), fc.constant('PYTHON_3_10')),
      entryPoint: mostly(
        fc.constantFrom<string[]>(['main.py'], ['opentelemetry-instrument', 'main.py']),
        fc.array(anyText, { maxLength: 3 }),
      ),
    }),
  ),
  models: maybe(
    fc.array(
      fc.oneof(
        fc.record({ foundation: modelId }),
        fc.record({
          profile: mostly(
            modelId.map((id) => `eu.${id}`),
            anyText,
          ),
          regions,
        }),
        fc.record({
          profile: modelId.map((id) => `global.${id}`),
          regions: mostly(fc.constant<string[]>([]), regions),
        }),
        fc.record({
          application: mostly(
            fc.constant('arn:aws:bedrock:eu-central-1:111122223333:application-inference-profile/abc'),
            anyText,
          ),
          modelId,
          regions: maybe(regions),
        }),
      ),
      { maxLength: 3 },
    ),
  ),
  filesystems: maybe(
    mostly(
      fc.uniqueArray(mount, { maxLength: 3, selector: (one) => Object.keys(one)[0] }),
      fc.array(mount, { maxLength: 6, size: 'max' }),
    ),
  ),
  jwt: maybe(
    fc.record({
      discoveryUrl: mostly(
        fc.constant('https://login.example.com/.well-known/openid-configuration'),
        anyText,
        fc.constantFrom(
          'http://a.example/.well-known/openid-configuration',
          'https://user:pw@a.example/.well-known/openid-configuration',
        ),
      ),
      allowedClients: maybe(
        mostly(fc.array(word, { minLength: 1, maxLength: 3 }), fc.array(anyText, { maxLength: 2 })),
      ),
      allowedAudiences: maybe(fc.array(word, { maxLength: 2 })),
    }),
  ),
  observability: maybe(
    fc.record({
      applicationLogs: maybe(fc.boolean()),
      usageLogs: maybe(fc.boolean()),
      traces: maybe(fc.boolean()),
      traceResourcePolicy: maybe(fc.boolean()),
      runtimeLogs: maybe(fc.boolean()),
      retention: maybe(
        mostly(
          fc.constantFrom(logs.RetentionDays.ONE_DAY, logs.RetentionDays.TEN_YEARS),
          fc.constant(logs.RetentionDays.INFINITE),
        ),
      ),
    }),
  ),
  securityGroups: maybe(mostly(fc.integer({ min: 1, max: 3 }), fc.constantFrom(0, 16, 17))),
  isPublic: mostly(fc.constant(undefined), fc.constantFrom('', 'a demonstration without any private data')),
  endpoints: fc.array(
    fc.record({
      name: mostly(word, anyText, fc.constantFrom('DEFAULT', 'live', 'Endpoint', 'Role')),
      version: mostly(fc.integer({ min: 1, max: 9 }).map(String), anyText, fc.constantFrom('0', '01', TOKEN)),
      description: maybe(
        mostly(fc.string({ minLength: 1, maxLength: 40 }), fc.constantFrom('', 'x'.repeat(257), TOKEN)),
      ),
    }),
    { maxLength: 2 },
  ),
  grants: fc.subarray(['grantInvoke', 'grantInvokeForUser', 'grantExec', 'grantShell', 'grantStop'] as const),
});

/** Makes the app of a recipe. */
export function cook(recipe: Recipe, context: Record<string, unknown> = {}): App {
  const app = new App({ context, analyticsReporting: false });
  const stack = new Stack(app, 'Stack');
  const network = networkOf(stack, recipe.isPublic);
  const agent = new CodingAgent(stack, recipe.id, propsOf(stack, network, recipe));
  const caller = new iam.ManagedPolicy(stack, 'Caller', {
    statements: [new iam.PolicyStatement({ actions: ['sts:GetCallerIdentity'], resources: ['*'] })],
  });
  recipe.grants.forEach((grant) => agent[grant](caller));
  for (const { name, version, description } of recipe.endpoints) {
    agent.addEndpoint(name, { version: text(version), description: text(description) });
  }
  agent.addOutputs();
  return app;
}

function networkOf(stack: Stack, publicReason: string | undefined): IAgentNetwork {
  if (publicReason !== undefined) {
    return AgentNetwork.publicInternet({ reason: publicReason });
  }
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-0123456789abcdef0',
    vpcCidrBlock: '10.1.0.0/16',
    availabilityZones: ['eu-central-1a', 'eu-central-1b'],
    privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
    privateSubnetRouteTableIds: ['rtb-0123456789abcdef0', 'rtb-0123456789abcdef1'],
  });
  return AgentNetwork.fromVpc(stack, 'Network', { vpc, egress: Egress.awsOnly(), s3PrefixListId: 'pl-6da54004' });
}

function propsOf(stack: Stack, network: IAgentNetwork, recipe: Recipe): CodingAgentProps {
  const { jwt, models, securityGroups } = recipe;
  const [idle, max] = recipe.lifetimes;
  return {
    network,
    cli: cliOf(stack, recipe.cli),
    model: models && ModelRoute.bedrock(models.map(modelOf)),
    filesystems: recipe.filesystems?.map((mount, i) => filesystemOf(stack, network, mount, i)),
    inboundAuth: jwt && InboundAuth.jwt(jwt),
    environment: recipe.environment && mapValues(recipe.environment, text),
    idleTimeout: idle === undefined ? undefined : Duration.millis(idle * 1000),
    maxLifetime: max === undefined ? undefined : Duration.millis(max * 1000),
    runtimeName: text(recipe.runtimeName),
    description: text(recipe.description),
    observability: recipe.observability,
    platformVersion: recipe.isV2 ? agentcore.PlatformVersion.V2 : undefined,
    securityGroups:
      securityGroups === undefined
        ? undefined
        : Array.from({ length: securityGroups }, (_, i) =>
            ec2.SecurityGroup.fromSecurityGroupId(
              stack,
              `Group${i}`,
              `sg-0123456789abcde${i.toString(16).padStart(2, '0')}`,
            ),
          ),
    tags: recipe.tags,
  };
}

function cliOf(stack: Stack, cli: Recipe['cli']): AgentCli {
  if ('repository' in cli) {
    return AgentCli.fromRepository(ecr.Repository.fromRepositoryName(stack, 'Images', 'agents'), text(cli.repository));
  }
  if ('folder' in cli) {
    return AgentCli.fromDirectory(join(ASSETS, cli.folder));
  }
  const runtime = agentcore.AgentCoreRuntime[cli.language as 'NODE_22'];
  return AgentCli.fromCode({ path: join(ASSETS, cli.code), runtime, entryPoint: cli.entryPoint });
}

function modelOf(model: NonNullable<Recipe['models']>[number]): BedrockModel {
  if ('foundation' in model) {
    return BedrockModel.foundation(text(model.foundation));
  }
  return 'profile' in model
    ? BedrockModel.inferenceProfile(text(model.profile), model.regions)
    : BedrockModel.applicationInferenceProfile(text(model.application), {
        modelId: text(model.modelId),
        regions: model.regions,
      });
}

function filesystemOf(
  stack: Stack,
  network: IAgentNetwork,
  mount: NonNullable<Recipe['filesystems']>[number],
  i: number,
): Filesystem {
  if ('session' in mount) {
    return Filesystem.sessionStorage(mount.session);
  }
  if ('efs' in mount) {
    const files = new efs.FileSystem(stack, `Efs${i}`, { vpc: network.vpc, allowAnonymousAccess: false });
    const access = files.addAccessPoint('Access', {
      path: '/a',
      posixUser: { uid: '1000', gid: '1000' },
      createAcl: { ownerUid: '1000', ownerGid: '1000', permissions: '750' },
    });
    return Filesystem.fromEfsAccessPoint(access, mount.efs, { readOnly: mount.readOnly });
  }
  const access = new S3FilesFileSystem(stack, `S3Files${i}`, { network }).addAccessPoint('Access', { path: '/a' });
  return Filesystem.fromS3FilesAccessPoint(access, mount.s3Files, { readOnly: mount.readOnly });
}

export function text<T extends string | undefined>(value: T): T {
  return value?.replaceAll(TOKEN, Lazy.string({ produce: () => Aws.STACK_NAME })) as T;
}

function mapValues(record: Record<string, string>, change: (value: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
