import { Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { DISABLE_ASSET_STAGING_CONTEXT } from 'aws-cdk-lib/cx-api';
import type { Construct } from 'constructs';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import type { AppConfig } from '../contract/github-app';
import { CONFIG_FILE } from '../contract/github-app';
import { maskCredentials } from '../logs/data-protection';
import { logStorageOf } from '../logs/storage';
import { checkNetwork } from '../network/security-groups';
import { acknowledgeUnlessChanged } from '../private/acknowledge';
import { Acknowledgements } from '../private/acknowledgements';
import { invalid } from '../private/errors';
import { letLogsUseKey } from '../private/keys';
import { note } from '../private/notes';
import type { GitHubAppOptions } from './github-app-options';

const ASSETS = path.join(__dirname, '..', '..', 'assets');

const INTERFACE_ACTIONS = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

/** What differs between the functions. */
interface BrokerFunctionOptions extends GitHubAppOptions {
  /** the folder of the bundled code */
  readonly asset: string;
  readonly description: string;
  readonly config: AppConfig;
  readonly timeout: Duration;
  /** what a token may carry: for whoever reviews the template */
  readonly permissions: Record<string, string>;
  /** why it may do more than by default, by the prop that opens it: for the same reader */
  readonly reasons: Record<string, { readonly reason: string } | undefined>;
}

/** The function, and the only name under which it is called. */
interface BrokerFunction {
  readonly function: lambda.Function;
  readonly alias: lambda.Alias;
  readonly logGroup: logs.LogGroup;
}

/** Makes the function of a GitHub App with all that it needs, under the construct that it belongs to. */
export function brokerFunction(scope: Construct, options: BrokerFunctionOptions): BrokerFunction {
  if (options.network !== undefined) {
    checkNetwork(scope, options.network, 'the function');
  }
  const logGroup = createLogGroup(scope, options);
  const role = new iam.Role(scope, 'Role', {
    description: options.description,
    // AWS does not say that Lambda sets aws:SourceAccount here, so the trust is not pinned
    assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
  });
  const policies = [
    new iam.ManagedPolicy(scope, 'Policy', {
      description: options.description,
      roles: [role],
      statements: [
        ...options.key._statements(scope),
        new iam.PolicyStatement({
          sid: 'Log',
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [logGroup.logGroupArn],
        }),
      ],
    }),
    ...(vpcOf(options) === undefined ? [] : [networkInterfacePolicy(scope, role)]),
  ];
  const created = createFunction(scope, options, { role: role.withoutPolicyUpdates(), logGroup });
  created.node.addDependency(...policies);
  showSettings(created, options);
  return { function: created, alias: createAlias(scope, created), logGroup };
}

function createLogGroup(scope: Construct, { logRetention, encryptionKey }: BrokerFunctionOptions): logs.LogGroup {
  const logGroup = new logs.LogGroup(scope, 'Logs', logStorageOf(scope, { retention: logRetention, encryptionKey }));
  (logGroup.node.defaultChild as logs.CfnLogGroup).dataProtectionPolicy = maskCredentials(scope);
  if (encryptionKey !== undefined) {
    // CloudFormation names the group, and begins with the name of the stack
    letLogsUseKey(scope, encryptionKey, `${Stack.of(scope).stackName}-*`);
  }
  return logGroup;
}

function vpcOf({
  network,
}: BrokerFunctionOptions): Pick<lambda.FunctionProps, 'vpc' | 'vpcSubnets' | 'securityGroups'> | undefined {
  return network === undefined || network.isPublic
    ? undefined
    : { vpc: network.vpc, vpcSubnets: { subnets: network.subnets }, securityGroups: network.securityGroups };
}

/** What the role of a function in a VPC must be allowed, and its code must not. */
function networkInterfacePolicy(scope: Construct, role: iam.IRole): iam.ManagedPolicy {
  const policy = new iam.ManagedPolicy(scope, 'NetworkPolicy', {
    description: `Network interfaces of ${scope.node.path}`,
    roles: [role],
    statements: [
      new iam.PolicyStatement({ sid: 'Interfaces', actions: INTERFACE_ACTIONS, resources: ['*'] }),
      new iam.PolicyStatement({
        sid: 'NotForTheCode',
        effect: iam.Effect.DENY,
        actions: INTERFACE_ACTIONS,
        resources: ['*'],
        // Lambda names the function in the calls that its code makes
        conditions: { Null: { 'lambda:SourceFunctionArn': 'false' } },
      }),
    ],
  });
  acknowledgeUnlessChanged(policy, Acknowledgements.NETWORK_INTERFACES, { resources: ['*'] });
  return policy;
}

function createFunction(
  scope: Construct,
  options: BrokerFunctionOptions,
  runsAs: Pick<lambda.FunctionProps, 'role' | 'logGroup'>,
): lambda.Function {
  const reservedConcurrentExecutions = reservedConcurrencyOf(scope, options);
  const folder = packedFolder(options);
  try {
    return new lambda.Function(scope, 'Function', {
      description: options.description,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      code: lambda.Code.fromAsset(folder),
      handler: 'index.handler',
      environment: options.key._environment(scope),
      environmentEncryption: options.encryptionKey,
      timeout: options.timeout,
      memorySize: 512,
      reservedConcurrentExecutions,
      ...runsAs,
      ...vpcOf(options),
    });
  } finally {
    // its copy lies in the cloud assembly, unless assets are used in place
    if (scope.node.tryGetContext(DISABLE_ASSET_STAGING_CONTEXT) === undefined) {
      rmSync(folder, { recursive: true });
    }
  }
}

function reservedConcurrencyOf(scope: Construct, { reservedConcurrency = 10 }: BrokerFunctionOptions): number {
  if (!Number.isInteger(reservedConcurrency) || reservedConcurrency < 1) {
    throw invalid(scope, 'InvalidReservedConcurrency', {
      what: 'reservedConcurrency says how many calls may run at once',
      got: reservedConcurrency,
      allowed: 'a whole number, 1 or more',
      fix: 'leave it away for 10',
    });
  }
  return reservedConcurrency;
}

/** the code and its settings in one folder: settings in the environment would end at 4 KB */
function packedFolder({ asset, config }: BrokerFunctionOptions): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'coding-agents-'));
  cpSync(path.join(ASSETS, asset, 'index.mjs'), path.join(folder, 'index.mjs'));
  writeFileSync(path.join(folder, CONFIG_FILE), `${JSON.stringify(config, undefined, 2)}\n`);
  return folder;
}

/** the settings are in an asset, where no diff shows them: so that more rights are seen, they stand in the template too */
function showSettings(created: lambda.Function, { config, permissions, reasons }: BrokerFunctionOptions): void {
  const resource = created.node.defaultChild as lambda.CfnFunction;
  note(resource, 'github', { ...config, permissions });
  for (const [prop, given] of Object.entries(reasons)) {
    if (given !== undefined) {
      note(resource, prop, given.reason);
    }
  }
}

function createAlias(scope: Construct, created: lambda.Function): lambda.Alias {
  return new lambda.Alias(scope, 'Alias', {
    aliasName: 'live',
    version: created.currentVersion,
    // a call that nobody waits for must not be made twice
    retryAttempts: 0,
    maxEventAge: Duration.minutes(1),
  });
}
