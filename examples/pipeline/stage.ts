import { Stack, Stage } from 'aws-cdk-lib';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import type { Construct } from 'constructs';
import { AgentCli, AgentNetwork, BedrockModel, CodingAgent, Filesystem, ModelRoute } from 'cdk-coding-agents';
import { acknowledge } from './acknowledged';
import type { PipelineSettings, Place } from './settings';

export interface AgentStageProps extends Pick<PipelineSettings, 'image' | 'model'> {
  readonly env: Place;
}

/** All that is deployed to one account. */
export class AgentStage extends Stage {
  public constructor(scope: Construct, id: string, props: AgentStageProps) {
    super(scope, id, { env: props.env });
    const { image, model } = props;

    // a stack of its own: the network outlives the agents
    const network = new AgentNetwork(new Stack(this, 'Network'), 'Network');
    acknowledge(network, 'looks up the addresses of Amazon S3, a read without resource-level permissions', [
      'Resource::*',
    ]);

    const stack = new Stack(this, 'Agents');
    const repository = ecr.Repository.fromRepositoryName(stack, 'Image', image.repository);
    new CodingAgent(stack, 'Claude', {
      cli: AgentCli.fromRepository(repository, image.tag),
      model: ModelRoute.bedrock([BedrockModel.globalInferenceProfile(model)]),
      environment: { CLAUDE_CODE_USE_BEDROCK: '1', ANTHROPIC_MODEL: model },
      network,
      filesystems: [Filesystem.sessionStorage('/mnt/workspace')],
    }).addOutputs();
  }
}
