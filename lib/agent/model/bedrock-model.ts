import type { Stack } from 'aws-cdk-lib';
import { Arn, ArnFormat, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import type { BoundModel } from './bedrock-model-id';
import { checkGeography, checkModelId, checkRegions, idParts } from './bedrock-model-id';
import { GEOGRAPHIES } from '../../contract/regions';
import { invalidValue } from '../../private/errors';
import { checkPlace } from '../../private/references';
import { checkArguments } from '../../private/kinds';

const INVOKE_ACTIONS = ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'];
const APPLICATION_PROFILE_ARN = /^arn:aws[-a-z]*:bedrock:[a-z0-9-]+:\d{12}:application-inference-profile\/[a-z0-9]+$/;

/** Which model stands behind an application inference profile. */
export interface ApplicationInferenceProfileOptions {
  /** The foundation model, for example `anthropic.claude-opus-5-5`. */
  readonly modelId: string;

  /**
   * The regions to which the profile may send a request. Use those that `aws bedrock get-inference-profile` lists.
   *
   * @default - the region of the agent only
   */
  readonly regions?: string[];

  /**
   * The cross-region profile from which it was made, for example `eu.anthropic.claude-opus-5-5`. Clients that look
   * through your profile call that one; the agent then gets the right to it too.
   *
   * @default - made from a foundation model
   */
  readonly copiedFrom?: string;
}

/**
 * A model on Amazon Bedrock that an agent may invoke, and nothing beside it.
 *
 * Bedrock checks the right twice for an inference profile: on the profile, and on the foundation model in each region
 * to which the profile routes. Which regions these are differs by model and by source region, and AWS changes it, so
 * it is asked for and never guessed.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html
 */
export abstract class BedrockModel {
  /**
   * A foundation model in the agent's own region.
   *
   * @param modelId for example `amazon.nova-pro-v1:0`; newer models need an inference profile
   */
  public static foundation(modelId: string): BedrockModel {
    checkArguments('BedrockModel.foundation', { modelId: ['string', modelId] });
    return new FoundationModel(modelId);
  }

  /**
   * A cross-region inference profile of AWS that stays in one geography.
   *
   * @param profileId the model id with its geography in front, for example `eu.anthropic.claude-opus-5-5`
   * @param regions every region to which the profile may route, as `aws bedrock get-inference-profile` lists them
   */
  public static inferenceProfile(profileId: string, regions: string[]): BedrockModel {
    checkArguments('BedrockModel.inferenceProfile', {
      profileId: ['string', profileId],
      regions: ['string[]', regions],
    });
    return new SystemInferenceProfile(profileId, regions);
  }

  /**
   * A global inference profile of AWS, which may route to any commercial region: prompts may leave your geography.
   *
   * @param profileId for example `global.anthropic.claude-opus-5-5`
   */
  public static globalInferenceProfile(profileId: string): BedrockModel {
    checkArguments('BedrockModel.globalInferenceProfile', { profileId: ['string', profileId] });
    return new SystemInferenceProfile(profileId);
  }

  /**
   * An inference profile of your own account, for example one a team to tell their costs apart.
   *
   * @param profileArn for example `attrInferenceProfileArn` of a `CfnApplicationInferenceProfile`
   */
  public static applicationInferenceProfile(
    profileArn: string,
    options: ApplicationInferenceProfileOptions,
  ): BedrockModel {
    checkArguments('BedrockModel.applicationInferenceProfile', {
      profileArn: ['string', profileArn],
      options: ['ApplicationInferenceProfileOptions', options],
    });
    return new ApplicationInferenceProfile(profileArn, options);
  }

  protected constructor() {}

  /**
   * Refuses a profile that cannot be called from where the agent is.
   * @internal
   */
  public _check(_scope: IConstruct): void {
    // a foundation model is called where the agent is
  }

  /** @internal */
  public abstract _statements(stack: Stack): iam.PolicyStatement[];

  /**
   * How agents name it.
   * @internal
   */
  public abstract _name(): BoundModel;
}

class FoundationModel extends BedrockModel {
  public constructor(private readonly modelId: string) {
    super();
    checkModelId(modelId);
    const geography = Object.keys(GEOGRAPHIES).find((prefix) => modelId.startsWith(`${prefix}.`));
    if (geography !== undefined) {
      throw invalidValue('ModelIsInferenceProfile', {
        what: 'this is an inference profile, not a foundation model',
        got: modelId,
        allowed: 'a model id without a geography in front',
        fix: `use BedrockModel.inferenceProfile('${modelId}', [...regions])`,
      });
    }
  }

  /** @internal */
  public _statements(stack: Stack): iam.PolicyStatement[] {
    return [
      new iam.PolicyStatement({ actions: INVOKE_ACTIONS, resources: [modelArn(stack, this.modelId, stack.region)] }),
    ];
  }

  /** @internal */
  public _name(): BoundModel {
    return { id: this.modelId, modelId: this.modelId };
  }
}

class SystemInferenceProfile extends BedrockModel {
  private readonly modelId: string;

  /** without regions it is a global one */
  public constructor(
    private readonly profileId: string,
    private readonly regions?: string[],
  ) {
    super();
    const [geography, ...model] = idParts(profileId);
    const isGlobal = regions === undefined;
    if (model.length < 2 || (geography === 'global') !== isGlobal) {
      throw invalidValue('InvalidInferenceProfile', {
        what: isGlobal
          ? 'this is not the id of a global inference profile'
          : 'this is not the id of a geographic inference profile',
        got: profileId,
        allowed: isGlobal
          ? 'global.<provider>.<model>'
          : '<geography>.<provider>.<model>, for example eu.anthropic.claude-opus-5-5',
        fix: 'choose between BedrockModel.foundation, .inferenceProfile and .globalInferenceProfile by how the id begins',
      });
    }
    this.modelId = model.join('.');
    if (regions !== undefined) {
      checkRegions(profileId, regions);
    }
  }

  /** @internal */
  public override _check(scope: IConstruct): void {
    checkGeography(scope, this.profileId, this.regions);
  }

  /** @internal */
  public _statements(stack: Stack): iam.PolicyStatement[] {
    // a global profile is checked against the model of the source region and against one ARN without a region
    const regions = this.regions ?? [stack.region, ''];
    return throughProfile(
      [systemProfileArn(stack, this.profileId)],
      regions.map((region) => modelArn(stack, this.modelId, region)),
    );
  }

  /** @internal */
  public _name(): BoundModel {
    return { id: this.profileId, modelId: this.modelId };
  }
}

class ApplicationInferenceProfile extends BedrockModel {
  public constructor(
    private readonly profileArn: string,
    private readonly options: ApplicationInferenceProfileOptions,
  ) {
    super();
    checkModelId(options.modelId);
    if (!Token.isUnresolved(profileArn) && !APPLICATION_PROFILE_ARN.test(profileArn)) {
      throw invalidValue('InvalidApplicationInferenceProfile', {
        what: 'this is not the ARN of an application inference profile',
        got: profileArn,
        allowed: 'arn:aws:bedrock:<region>:<account>:application-inference-profile/<id>',
        fix: 'use BedrockModel.inferenceProfile for a profile of AWS',
      });
    }
    if (options.copiedFrom !== undefined) {
      idParts(options.copiedFrom);
    }
    if (options.regions !== undefined) {
      checkRegions(options.modelId, options.regions);
    }
  }

  /** @internal */
  public override _check(scope: IConstruct): void {
    checkPlace(
      scope,
      { arn: this.profileArn },
      {
        code: 'InferenceProfileElsewhere',
        what: 'the application inference profile is',
        than: 'the agent',
        same: ['region', 'account'],
        fix: 'make an application inference profile in the account and region of the agent',
      },
    );
    if (this.options.copiedFrom !== undefined) {
      checkGeography(scope, this.options.copiedFrom, this.options.regions);
    }
  }

  /** @internal */
  public _statements(stack: Stack): iam.PolicyStatement[] {
    const { modelId, regions = [stack.region], copiedFrom } = this.options;
    const profiles = [this.profileArn, ...(copiedFrom === undefined ? [] : [systemProfileArn(stack, copiedFrom)])];
    return throughProfile(
      profiles,
      regions.map((region) => modelArn(stack, modelId, region)),
    );
  }

  /** @internal */
  public _name(): BoundModel {
    return { id: this.profileArn, modelId: this.options.modelId };
  }
}

/** the models may be invoked only by way of the profile, else its cost tags and routing could be walked around */
function throughProfile(profileArns: string[], modelArns: string[]): iam.PolicyStatement[] {
  return [
    // Claude Code looks at a profile of the account before it uses it
    new iam.PolicyStatement({ actions: [...INVOKE_ACTIONS, 'bedrock:GetInferenceProfile'], resources: profileArns }),
    new iam.PolicyStatement({
      actions: INVOKE_ACTIONS,
      resources: modelArns,
      conditions: { ArnEquals: { 'bedrock:InferenceProfileArn': profileArns } },
    }),
  ];
}

function systemProfileArn(stack: Stack, profileId: string): string {
  return stack.formatArn({ service: 'bedrock', resource: 'inference-profile', resourceName: profileId });
}

function modelArn(stack: Stack, modelId: string, region: string): string {
  return Arn.format(
    {
      service: 'bedrock',
      account: '',
      region,
      resource: 'foundation-model',
      resourceName: modelId,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    },
    stack,
  );
}
