import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StackProps } from 'aws-cdk-lib';
import { App, NestedStack, Stack, Stage, Validations } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { AgentCoreChecks } from '../../lib/checks/agent-core-checks';
import { REPORT_ONLY } from '../compliance/nag';

interface Finding {
  readonly rule: string;
  readonly path: string;
  readonly properties?: string[];
  readonly severity?: string;
  readonly reason?: string;
}

function newApp(context: Record<string, unknown> = {}): App {
  const app = new App({ context: { ...REPORT_ONLY, ...context } });
  Validations.of(app).addPlugins(new AgentCoreChecks());
  return app;
}

/** what the report of the CDK says */
function report(app: App): { violations: Finding[]; suppressed: Finding[]; raw: any } {
  const { directory } = app.synth();
  const { pluginReports } = JSON.parse(readFileSync(join(directory, 'validation-report.json'), 'utf8'));
  const raw = pluginReports.find(({ pluginName }: any) => pluginName === 'AgentCoreChecks') ?? {};
  return { violations: flat(raw.violations), suppressed: flat(raw.suppressedViolations), raw };
}

function flat(violations: any[] = []): Finding[] {
  return violations.flatMap(({ ruleName, severity, reason, violatingConstructs }) =>
    violatingConstructs.map(({ constructPath, cloudFormationResource }: any) => ({
      rule: ruleName,
      path: constructPath,
      properties: cloudFormationResource.propertyPaths,
      severity,
      reason,
    })),
  );
}

const rulesAt = (findings: Finding[], path: string) =>
  findings.filter((one) => one.path === path).map(({ rule }) => rule);

/** a gateway written with L1s */
function l1Gateway(scope: Construct, id: string, props: Partial<agentcore.CfnGatewayProps> = {}): agentcore.CfnGateway {
  return new agentcore.CfnGateway(scope, id, { name: 'tools', roleArn: 'arn', authorizerType: 'AWS_IAM', ...props });
}

function onBehalfOf(scope: Construct, id: string, gatewayIdentifier: string): agentcore.CfnGatewayTarget {
  return new agentcore.CfnGatewayTarget(scope, id, {
    name: 'jira',
    gatewayIdentifier,
    targetConfiguration: { mcp: { mcpServer: { endpoint: 'https://mcp.example.com/mcp' } } },
    credentialProviderConfigurations: [
      {
        credentialProviderType: 'OAUTH',
        credentialProvider: {
          oauthCredentialProvider: { providerArn: 'arn', scopes: [], grantType: 'TOKEN_EXCHANGE' },
        },
      },
    ],
  });
}

describe('an app of L1s', () => {
  test('findings name the construct, the property and what to do', () => {
    const app = newApp();
    l1Gateway(new Stack(app, 'Team'), 'Tools', {
      authorizerType: 'NONE',
      kmsKeyArn: 'arn:aws:kms:eu-west-1:1:alias/x',
    });
    const { violations, raw } = report(app);
    expect(violations).toEqual([
      {
        rule: 'BEDROCKAGENTCORE_GATEWAY_AUTHORIZER_ENABLED',
        path: 'Team/Tools',
        properties: ['Properties.AuthorizerType'],
        severity: 'error',
      },
      { rule: 'AC_KEY_NOT_ALIAS', path: 'Team/Tools', properties: ['Properties.KmsKeyArn'], severity: 'error' },
      { rule: 'AC_LOGS_DELIVERED', path: 'Team/Tools', properties: ['Properties'], severity: 'warning' },
    ]);
    expect(raw.violations[0]).toMatchObject({
      description: expect.stringMatching(/^a gateway must authorize its callers: With the authorizer type NONE /),
      suggestedFix:
        'Set AuthorizerType to CUSTOM_JWT or AWS_IAM. (https://docs.aws.amazon.com/securityhub/latest/userguide/bedrockagentcore-controls.html)',
      ruleMetadata: { securityHubControl: 'BedrockAgentCore.2' },
    });
    expect(raw.pluginVersion).toBe(JSON.parse(readFileSync('package.json', 'utf8')).version);
  });

  test('an app without AgentCore has no finding', () => {
    const app = newApp();
    new iam.Role(new Stack(app, 'Team'), 'Admin', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('AdministratorAccess')],
    });
    expect(report(app).violations).toEqual([]);
  });
});

describe('an app of L2s', () => {
  const image = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/agents/claude:1.4.2';

  test('what the defaults leave open is found', () => {
    const app = newApp();
    const stack = new Stack(app, 'Team');
    new agentcore.Runtime(stack, 'Agent', {
      agentRuntimeArtifact: agentcore.AgentRuntimeArtifact.fromImageUri(image),
    });
    const gateway = new agentcore.Gateway(stack, 'Tools', {
      authorizerConfiguration: agentcore.GatewayAuthorizer.usingAwsIam(),
    });
    const provider = new agentcore.ApiKeyCredentialProvider(stack, 'Key', {});
    gateway.addMcpServerTarget('Jira', {
      endpoint: 'https://mcp.example.com/mcp',
      credentialProviderConfigurations: [
        agentcore.GatewayCredentialProvider.fromApiKeyIdentity(provider, {
          credentialLocation: agentcore.ApiKeyCredentialLocation.header(),
        }),
      ],
    });
    const { violations } = report(app);
    expect(violations.map(({ rule, path }) => `${rule} ${path}`).sort()).toEqual([
      'AC_EXTERNAL_SECRET_CONFIGURED Team/Key/Resource',
      'AC_GATEWAY_NAME_LOWER_CASE Team/Tools/Resource',
      'AC_LOGS_DELIVERED Team/Agent/Resource',
      'AC_LOGS_DELIVERED Team/Tools/Resource',
      'AC_SECRET_GRANT_NAMED Team/Tools/ServiceRole/DefaultPolicy/Resource',
      'AC_WORKLOAD_IDENTITY_GRANT_NAMED Team/Agent/ExecutionRole/DefaultPolicy/Resource',
      'BEDROCKAGENTCORE_GATEWAY_ENCRYPTION_ENABLED Team/Tools/Resource',
      'BEDROCKAGENTCORE_RUNTIME_PRIVATE_NETWORK_REQUIRED Team/Agent/Resource',
    ]);
  });

  describe('tokens of workloads, which the L2 grants by a wildcard', () => {
    const id = 'AC_WORKLOAD_IDENTITY_GRANT_NAMED';
    const artifact = agentcore.AgentRuntimeArtifact.fromImageUri(image);
    const findings = (make: (stack: Stack) => void): string[] => {
      const app = newApp();
      make(new Stack(app, 'Team'));
      return report(app)
        .violations.map(({ rule }) => rule)
        .filter((rule) => rule === id);
    };

    test('the fix names both ways out', () => {
      const { fix } = AgentCoreChecks.rules().find((rule) => rule.id === id) as { fix: string };
      expect(fix).toMatch(/executionRole or role.*withoutPolicyUpdates\(\).*acknowledge AgentCoreChecks::AC_WORKLOAD/);
    });

    test('a role of the app that takes no policies from the L2 has no finding', () => {
      const own = (stack: Stack): iam.IRole =>
        new iam.Role(stack, 'Role', {
          assumedBy: new iam.ServicePrincipal('bedrock-agentcore.amazonaws.com'),
        }).withoutPolicyUpdates();
      const run = (executionRole?: (stack: Stack) => iam.IRole) => (stack: Stack) =>
        new agentcore.Runtime(stack, 'Agent', {
          agentRuntimeArtifact: artifact,
          executionRole: executionRole?.(stack),
        });
      expect(findings(run())).toEqual([id]);
      expect(findings(run(own))).toEqual([]);
    });

    test('an acknowledgement at the L2 is enough', () => {
      const app = newApp();
      const agent = new agentcore.Runtime(new Stack(app, 'Team'), 'Agent', { agentRuntimeArtifact: artifact });
      Validations.of(agent).acknowledge({ id: `AgentCoreChecks::${id}`, reason: 'the only agent of the account' });
      expect(report(app).violations.map(({ rule }) => rule)).not.toContain(id);
    });
  });

  test('log deliveries of the L2 are seen', () => {
    const app = newApp();
    const stack = new Stack(app, 'Team');
    new agentcore.Runtime(stack, 'Agent', {
      agentRuntimeArtifact: agentcore.AgentRuntimeArtifact.fromImageUri(image),
      loggingConfigs: [
        {
          logType: agentcore.LogType.APPLICATION_LOGS,
          destination: agentcore.LoggingDestination.cloudWatchLogs(new logs.LogGroup(stack, 'Logs')),
        },
      ],
    });
    expect(report(app).violations.map(({ rule }) => rule)).not.toContain('AC_LOGS_DELIVERED');
  });
});

describe('acknowledging', () => {
  const gateway = (app: App): agentcore.CfnGateway =>
    l1Gateway(new Stack(app, 'Team'), 'Tools', { authorizerType: 'NONE' });
  const id = 'AgentCoreChecks::BEDROCKAGENTCORE_GATEWAY_AUTHORIZER_ENABLED';

  test('by the id with the name of the plugin keeps the finding in the report, with the reason', () => {
    const app = newApp();
    Validations.of(gateway(app)).acknowledge({ id, reason: 'a public demo without credentials' });
    const { violations, suppressed } = report(app);
    expect(violations.map(({ rule }) => `AgentCoreChecks::${rule}`)).not.toContain(id);
    expect(suppressed).toEqual([
      expect.objectContaining({ path: 'Team/Tools', reason: 'a public demo without credentials' }),
    ]);
  });

  test('at a parent counts below it, and nowhere else', () => {
    const app = newApp();
    const first = gateway(app);
    l1Gateway(new Stack(app, 'Other'), 'Tools', { authorizerType: 'NONE' });
    Validations.of(first.stack).acknowledge({ id, reason: 'a public demo' });
    const places = report(app).violations.filter(({ rule }) => `AgentCoreChecks::${rule}` === id);
    expect(places.map(({ path }) => path)).toEqual(['Other/Tools']);
  });
});

describe('synthesis', () => {
  const failing = { '@aws-cdk/core:failSynthOnValidationErrors': true };

  test('fails on an error', () => {
    const app = newApp(failing);
    l1Gateway(new Stack(app, 'Team'), 'Tools', { authorizerType: 'NONE' });
    expect(() => app.synth()).toThrow(/a gateway must authorize its callers/);
  });

  test('goes on with a warning', () => {
    const app = newApp();
    l1Gateway(new Stack(app, 'Team'), 'Tools');
    expect(report(app).raw).toMatchObject({ conclusion: 'success', violations: [{ severity: 'warning' }, {}] });
  });

  test('fails on a warning when it is strict', () => {
    const app = newApp({ ...failing, '@aws-cdk/core:strictCfnValidateErrors': true });
    l1Gateway(new Stack(app, 'Team'), 'Tools');
    expect(() => app.synth()).toThrow(/a gateway must be encrypted/);
  });
});

describe('references', () => {
  const RULE = 'AC_ON_BEHALF_OF_USER_TOKEN';

  test('within a stack', () => {
    const app = newApp();
    const stack = new Stack(app, 'Team');
    onBehalfOf(stack, 'Jira', l1Gateway(stack, 'Tools').attrGatewayIdentifier);
    expect(rulesAt(report(app).violations, 'Team/Jira')).toEqual([RULE]);
  });

  test.each(['strong', 'weak'])('to another stack, %s', (strength) => {
    const app = newApp({ '@aws-cdk/core:defaultCrossStackReferences': strength });
    const { attrGatewayIdentifier } = l1Gateway(new Stack(app, 'Gateways'), 'Tools');
    onBehalfOf(new Stack(app, 'Targets'), 'Jira', attrGatewayIdentifier);
    expect(rulesAt(report(app).violations, 'Targets/Jira')).toEqual([RULE]);
  });

  test('into a nested stack', () => {
    const app = newApp();
    const stack = new Stack(app, 'Team');
    const { attrGatewayIdentifier } = l1Gateway(stack, 'Tools');
    onBehalfOf(new NestedStack(stack, 'Nested'), 'Jira', attrGatewayIdentifier);
    expect(rulesAt(report(app).violations, 'Team/Nested/Jira')).toEqual([RULE]);
  });

  test('out of a nested stack', () => {
    const app = newApp();
    const stack = new Stack(app, 'Team');
    const { attrGatewayIdentifier } = l1Gateway(new NestedStack(stack, 'Nested'), 'Tools');
    onBehalfOf(stack, 'Jira', attrGatewayIdentifier);
    const { violations } = report(app);
    expect(rulesAt(violations, 'Team/Jira')).toEqual([RULE]);
    expect(rulesAt(violations, 'Team/Nested/Tools')).toContain('AC_LOGS_DELIVERED');
  });

  test('stages are apart, though their stacks have the same names', () => {
    const app = newApp();
    const add = (stage: Stage, authorizerType: string, props: StackProps): void => {
      const stack = new Stack(stage, 'Team', { stackName: 'team', ...props });
      const gateway = l1Gateway(stack, 'Tools', { authorizerType });
      onBehalfOf(
        new Stack(stage, 'Targets', { stackName: 'targets' }),
        'Jira',
        stack.exportValue(gateway.attrGatewayIdentifier),
      );
    };
    add(new Stage(app, 'Dev'), 'CUSTOM_JWT', {});
    add(new Stage(app, 'Prod'), 'AWS_IAM', {});
    const { violations } = report(app);
    // the same export twice: which one is meant is known only at deployment
    expect(violations.filter(({ rule }) => rule === RULE)).toEqual([]);
    expect(rulesAt(violations, 'Prod/Team/Tools')).toContain('AC_LOGS_DELIVERED');
  });
});
