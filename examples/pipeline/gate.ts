import type { Stage } from 'aws-cdk-lib';
import { CfnOutput } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import * as pipelines from 'aws-cdk-lib/pipelines';
import { Construct } from 'constructs';
import { bootstrapRole } from './roles';
import type { Place } from './settings';

export interface BroadeningGateProps {
  /** its stacks are compared with what is deployed */
  readonly stage: Stage;
  readonly place: Place;
  readonly source: pipelines.CodePipelineSource;
  readonly assembly: pipelines.IFileSetProducer;
}

/**
 * Stops a stage before it is deployed if that would broaden permissions, until somebody has written down that they agree
 * to this very commit.
 */
export class BroadeningGate extends Construct {
  public readonly step: pipelines.CodeBuildStep;

  public constructor(scope: Construct, id: string, props: BroadeningGateProps) {
    super(scope, id);
    const { stage, place, source, assembly } = props;
    const name = stage.node.id;

    // CloudFormation sets it once; after that its value is what somebody agreed to last
    const agreed = new ssm.StringParameter(this, 'AgreedCommit', {
      description: `The commit that may broaden permissions in ${name}`,
      stringValue: 'none',
    });

    this.step = new pipelines.CodeBuildStep(`${name}Permissions`, {
      input: source,
      additionalInputs: { 'cdk.out': assembly },
      env: { COMMIT: source.sourceAttribute('CommitId'), AGREED: agreed.parameterName },
      // no script of a package runs where a role can read an account
      installCommands: ['npm ci --ignore-scripts'],
      commands: [`${unlessBroader(stage.node.path)} || ${isAgreed} || ${refuse(name)}`],
      rolePolicyStatements: [
        new iam.PolicyStatement({ actions: ['sts:AssumeRole'], resources: [bootstrapRole('lookup', place)] }),
        new iam.PolicyStatement({ actions: ['ssm:GetParameter'], resources: [agreed.parameterArn] }),
      ],
    });

    new CfnOutput(this, 'Agree', {
      description: `Agrees to broader permissions in ${name}; then retry the stage`,
      value: `aws ssm put-parameter --overwrite --name ${agreed.parameterName} --value COMMIT`,
    });
  }
}

/** compares templates, for which the lookup role is enough; a change set would need the deploy role */
function unlessBroader(stage: string): string {
  return `npx cdk diff --app cdk.out --method template --fail-on broadening "${stage}/**"`;
}

const isAgreed = 'test "$(aws ssm get-parameter --name "$AGREED" --query Parameter.Value --output text)" = "$COMMIT"';

function refuse(stage: string): string {
  return `{ echo "${stage} would get broader permissions: read the difference above, then agree to $COMMIT"; false; }`;
}
