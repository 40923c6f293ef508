import { Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import type { BedrockModel } from './bedrock-model';
import { invalidValue } from '../private/errors';

/**
 * How an agent reaches its model. It says who pays and who sees the prompts, and brings the rights for just that.
 */
export abstract class ModelRoute {
  /**
   * Amazon Bedrock, with the rights of the agent's own role: no key exists that could leak.
   *
   * @param models everything the agent may invoke; at least one
   */
  public static bedrock(models: BedrockModel[]): ModelRoute {
    return new BedrockRoute(models);
  }

  /** No model through AWS: the agent brings its own way, or needs none. */
  public static none(): ModelRoute {
    return new NoRoute();
  }

  protected constructor() {}

  /**
   * What the agent needs in order to go this way.
   * @internal
   */
  public abstract _bind(scope: IConstruct): ModelRouteConfig;
}

/** What a route asks of the agent that takes it. Not part of the API. */
export interface ModelRouteConfig {
  readonly statements: iam.PolicyStatement[];
  readonly environment: Record<string, string>;
}

class BedrockRoute extends ModelRoute {
  public constructor(private readonly models: BedrockModel[]) {
    super();
    if (models.length === 0) {
      throw invalidValue('NoBedrockModel', {
        what: 'a Bedrock route without a model lets the agent invoke nothing',
        allowed: 'at least one BedrockModel',
        fix: 'name a model, or use ModelRoute.none()',
      });
    }
  }

  /** @internal */
  public _bind(scope: IConstruct): ModelRouteConfig {
    const stack = Stack.of(scope);
    return { statements: this.models.flatMap((model) => model._statements(stack)), environment: {} };
  }
}

class NoRoute extends ModelRoute {
  public constructor() {
    super();
  }

  /** @internal */
  public _bind(): ModelRouteConfig {
    return { statements: [], environment: {} };
  }
}
