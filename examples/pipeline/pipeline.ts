import { Aspects, Duration, Stack } from 'aws-cdk-lib';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as pipelines from 'aws-cdk-lib/pipelines';
import type { Construct } from 'constructs';
import { acknowledgePipeline } from './acknowledged';
import { BroadeningGate } from './gate';
import { ExactPolicies } from './roles';
import type { PipelineSettings, Place } from './settings';
import { AgentStage } from './stage';

/** never what happens to be the newest on the day of a build; the first is the one of package.json */
const CLI = '2.1148.1';
const CDK_ASSETS = '4.7.3';
const NODE = codebuild.BuildSpec.fromObject({ phases: { install: { 'runtime-versions': { nodejs: 22 } } } });

/** Brings each commit to the test account and, once somebody agrees, to the production account. */
export class PipelineStack extends Stack {
  public constructor(scope: Construct, id: string, settings: PipelineSettings) {
    super(scope, id, { env: settings.tools, description: 'Deploys coding agents to other accounts' });
    const { repository, branch, connectionArn, tools, image, model } = settings;

    const source = pipelines.CodePipelineSource.connection(repository, branch, { connectionArn });
    const assembly = new pipelines.ShellStep('Synth', {
      input: source,
      installCommands: ['npm ci'],
      commands: [
        'npm test',
        'npx cdk synth --quiet --no-lookups --strict',
        // what agents may do must be what was reviewed: before anything is deployed, the pipeline included
        'npx cdk-coding-agents report cdk.out --output compliance --check',
      ],
    });
    const artifacts = this.artifacts();
    const pipeline = new pipelines.CodePipeline(this, 'Pipeline', {
      synth: assembly,
      cliVersion: CLI,
      cdkAssetsCliVersion: CDK_ASSETS,
      codeBuildDefaults: { partialBuildSpec: NODE },
      crossAccountKeys: true,
      artifactBucket: artifacts,
    });

    const deploy = (id: string, env: Place, then: pipelines.Step[] = []): void => {
      const stage = new AgentStage(this, id, { env, image, model });
      const gate = new BroadeningGate(this, `${id}Gate`, { stage, place: env, source, assembly });
      pipeline.addStage(stage, { pre: pipelines.Step.sequence([gate.step, ...then]) });
    };
    deploy('Test', settings.test);
    deploy('Production', settings.production, [new pipelines.ManualApprovalStep('Promote')]);

    pipeline.buildPipeline();
    Aspects.of(pipeline).add(new ExactPolicies(tools));
    acknowledgePipeline(pipeline, artifacts);
  }

  /** templates pass through it on their way to other accounts, so its key has to be shared with them */
  private artifacts(): s3.Bucket {
    const common: s3.BucketProps = {
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      lifecycleRules: [{ expiration: Duration.days(90) }],
    };
    return new s3.Bucket(this, 'Artifacts', {
      ...common,
      encryptionKey: new kms.Key(this, 'ArtifactsKey', { enableKeyRotation: true }),
      serverAccessLogsBucket: new s3.Bucket(this, 'AccessLogs', common),
    });
  }
}
