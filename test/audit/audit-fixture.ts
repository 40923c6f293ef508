import { App, Stack, type StackProps } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type { AgentAuditTrailProps } from '../../lib/audit/agent-audit-trail-props';
import { AgentAuditTrail } from '../../lib/audit/agent-audit-trail';
import { resource } from '../fixture';

export const ENV = { account: '111122223333', region: 'eu-west-1' };
export const TRAIL = 'AWS::CloudTrail::Trail';
export const KEY_ARN = 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555';

export function newStack(props: StackProps = { env: ENV }, app = new App(), id = 'Stack'): Stack {
  return new Stack(app, id, props);
}

/** A stack with a trail, as a template. */
export function trailOf(props: AgentAuditTrailProps = {}, stack = newStack()): Template {
  new AgentAuditTrail(stack, 'Audit', props);
  return Template.fromStack(stack);
}

/** The selectors as `name: how the ARNs begin`, where they say so. */
export function selectorsOf(template: Template): Record<string, unknown> {
  const selectors: any[] = resource(template, TRAIL).Properties.AdvancedEventSelectors;
  return Object.fromEntries(
    selectors.map(({ Name, FieldSelectors }) => [
      Name,
      FieldSelectors.find(({ Field }: any) => Field === 'resources.ARN')?.StartsWith ?? 'all',
    ]),
  );
}

/** A runtime as an L1: what a trail looks for. */
export function runtimeIn(stack: Stack, id = 'Runtime'): agentcore.CfnRuntime {
  return new agentcore.CfnRuntime(stack, id, {
    agentRuntimeName: 'agent',
    roleArn: 'arn:aws:iam::111122223333:role/agent',
    networkConfiguration: { networkMode: 'PUBLIC' },
    agentRuntimeArtifact: {
      containerConfiguration: { containerUri: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/agent:1' },
    },
  });
}

/** An ARN of this stack, whose partition stays open. */
export function arn(rest: string): unknown {
  return { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:${rest}`]] };
}
