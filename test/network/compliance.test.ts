import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as kms from 'aws-cdk-lib/aws-kms';
import {
  AwsSolutionsChecks,
  HIPAASecurityChecks,
  NIST80053R4Checks,
  NIST80053R5Checks,
  PCIDSS321Checks,
  ServerlessChecks,
} from 'cdk-nag';
import { AgentNetwork } from '../../lib/network/agent-network';
import type { AgentNetworkProps } from '../../lib/network/agent-network-props';
import { IRELAND, MODES } from './helpers';

describe('the strict CloudFormation validator', () => {
  const before = process.env.CDK_VALIDATION;
  beforeAll(() => delete process.env.CDK_VALIDATION);
  afterAll(() => {
    process.env.CDK_VALIDATION = before;
  });

  const strictApp = (): App =>
    new App({
      context: { '@aws-cdk/core:validateAgainstDefaultRules': true, '@aws-cdk/core:strictCfnValidateErrors': true },
    });

  test('is on', () => {
    const stack = new Stack(strictApp(), 'Stack');
    new ec2.CfnSubnet(stack, 'Wrong', { vpcId: 'vpc-1' }).addPropertyOverride('Colour', 'blue');
    expect(() => Template.fromStack(stack)).toThrow('Colour');
  });

  test.each(MODES.flatMap(([mode, egress]) => [undefined, IRELAND].map((env) => ({ mode, egress, env }))))(
    'finds nothing in $mode, $env.region',
    ({ egress, env }) => {
      const stack = new Stack(strictApp(), 'Stack', { env });
      new AgentNetwork(stack, 'Network', { egress: egress(), encryptionKey: new kms.Key(stack, 'Key') });
      expect(() => Template.fromStack(stack)).not.toThrow();
    },
  );

  test('finds nothing in a network from a VPC', () => {
    const stack = new Stack(strictApp(), 'Stack', { env: IRELAND });
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-0123456789abcdef0',
      vpcCidrBlock: '10.0.0.0/16',
      availabilityZones: ['eu-west-1a', 'eu-west-1b'],
      privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
    });
    AgentNetwork.fromVpc(stack, 'Network', { vpc });
    expect(() => Template.fromStack(stack)).not.toThrow();
  });
});

interface Report {
  readonly pluginReports: { readonly violations: Violation[] }[];
}

interface Violation {
  readonly ruleName: string;
  readonly violatingConstructs: { readonly constructPath: string }[];
}

describe('findings of all six packs of cdk-nag', () => {
  const LOOKUP = 'Stack/AWS679f53fac002430cb0da5b7982bd2287/Resource';
  const GATEWAY_ROUTES = ['Stack/Network/Vpc/NatSubnet1/DefaultRoute', 'Stack/Network/Vpc/NatSubnet2/DefaultRoute'];

  /** By rule, without the name of the pack: what several packs find is one finding. */
  function findings(props: (stack: Stack) => AgentNetworkProps): Record<string, string[]> {
    const outdir = mkdtempSync(join(tmpdir(), 'network-'));
    try {
      const app = new App({ outdir, context: { '@aws-cdk/core:failSynthOnValidationErrors': false } });
      const stack = new Stack(app, 'Stack');
      new AgentNetwork(stack, 'Network', props(stack));
      Validations.of(app).addPlugins(
        new AwsSolutionsChecks(app),
        new HIPAASecurityChecks(app),
        new NIST80053R4Checks(app),
        new NIST80053R5Checks(app),
        new PCIDSS321Checks(app),
        new ServerlessChecks(app),
      );
      app.synth();
      const report = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')) as Report;
      const violations = report.pluginReports.flatMap((plugin) => plugin.violations);
      return Object.fromEntries(
        violations.map(({ ruleName, violatingConstructs }) => [
          ruleName.replace(/^[^-]*-/, ''),
          violatingConstructs.map((construct) => construct.constructPath),
        ]),
      );
    } finally {
      rmSync(outdir, { recursive: true });
    }
  }

  test.each(MODES)('%s with a key and a prefix list: what the network is', (mode, egress) => {
    const found = findings((stack) => ({
      egress: egress(),
      encryptionKey: new kms.Key(stack, 'Key', { enableKeyRotation: true }),
      s3PrefixListId: 'pl-6da54004',
    }));
    expect(found).toEqual({
      ...(mode === 'awsOnly' ? {} : { VPCNoUnrestrictedRouteToIGW: GATEWAY_ROUTES }),
    });
  });

  test('without: also the log groups and the function of the look-up', () => {
    expect(findings(() => ({}))).toEqual({
      CloudWatchLogGroupEncrypted: [
        'Stack/Network/FlowLogGroup/Resource',
        'Stack/Network/S3PrefixList/LogGroup/Resource',
      ],
      LambdaConcurrency: [LOOKUP],
      LambdaDLQ: [LOOKUP],
      LambdaInsideVPC: [LOOKUP],
      LambdaTracing: [LOOKUP],
    });
  });
});
