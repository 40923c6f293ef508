import { Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { type CliName, factsOf, providerHostsOf } from '../../contract/agents';
import type { Need } from '../../contract/reach';
import type { RouteSettings } from '../../contract/session';
import type { SecretReference } from '../../identity/secret-reference';
import { checkRegion } from '../../private/environments';
import { invalidValue } from '../../private/errors';
import { httpsFlaw, withoutUserInfo } from '../../private/https-url';
import type { BedrockModel } from './bedrock-model';
import type { BoundModel } from './bedrock-model-id';
import type { LlmGatewayAuth } from './llm-gateway-auth';
import { type KeyException, type ModelKey, modelKeyOf } from './model-key';
import { checkArguments } from '../../private/kinds';

const PURPOSE = 'the model';
const KEY_NEED: Need = { service: 'bedrock-agentcore', purpose: 'the key of the model, which the Token Vault holds' };

/** The company's LLM gateway. */
export interface LlmGatewayProps {
  /**
   * Its address as the agent takes it: the base of Anthropic's API for Claude Code, of the Responses API for Codex, of
   * chat completions for OpenCode, of the Gemini API for Gemini CLI. An https URL; private hosts are fine.
   */
  readonly url: string;

  /** How the agent proves who it is. */
  readonly auth: LlmGatewayAuth;
}

/** What a route learns of the agent that takes it. Not part of the API. */
interface RouteContext {
  readonly runtimeName: string;
  /** undefined for an image of which nothing is known */
  readonly cli?: CliName;
  /** the model that the agent was given by name */
  readonly model?: string;
}

/** What a route asks of the agent that takes it. Not part of the API. */
export interface ModelRouteConfig {
  readonly statements: iam.PolicyStatement[];
  /** what the session server is told; undefined for no route */
  readonly settings?: RouteSettings;
  /** the models of Amazon Bedrock, the main one first */
  readonly models: BoundModel[];
  /** what a session connects to on this route */
  readonly needs: readonly Need[];
  /** what the Deny list of the agent must spare */
  readonly keyException?: KeyException;
  /** why it goes without a key; for auditors */
  readonly reason?: string;
}

/**
 * How an agent reaches its model. It says who pays and who sees the prompts, and brings the rights for just that.
 */
export abstract class ModelRoute {
  /**
   * Amazon Bedrock, with the rights of the agent's own role: no key exists that could leak.
   *
   * Claude Code, Codex and OpenCode go this way; Codex by the endpoint `bedrock-mantle`, the others by `bedrock-runtime`.
   *
   * @param models everything the agent may invoke, the main model first; at least one
   */
  public static bedrock(models: BedrockModel[]): ModelRoute {
    checkArguments('ModelRoute.bedrock', { models: ['BedrockModel[]', models] });
    return new BedrockRoute(models);
  }

  /**
   * The API of the agent's own provider: Anthropic, OpenAI, Google, Kiro, Cursor, or the one that `model` of OpenCode
   * names. Prompts leave AWS, and the network must let them out.
   *
   * The key stays in your secret. The session server fetches it from the Token Vault at the start of a job, into the
   * process of the coding agent only: it is in no file, no argument list, and not in the environment of the runtime. What
   * runs in the microVM can still get at it, so give each agent a key of its own with a budget. The agent's Deny list
   * spares this one secret, and no other.
   *
   * @param apiKey for example `{ secret, jsonKey: 'key' }`
   */
  public static provider(apiKey: SecretReference): ModelRoute {
    checkArguments('ModelRoute.provider', { apiKey: ['SecretReference', apiKey] });
    return new ProviderRoute(apiKey);
  }

  /**
   * The company's LLM gateway.
   *
   * Errors: an address that is no https URL, or that holds a password.
   */
  public static llmGateway(props: LlmGatewayProps): ModelRoute {
    checkArguments('ModelRoute.llmGateway', { props: ['LlmGatewayProps', props] });
    return new LlmGatewayRoute(props);
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
  public abstract _bind(scope: Construct, context: RouteContext): ModelRouteConfig;
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
  public _bind(scope: Construct, { cli }: RouteContext): ModelRouteConfig {
    const stack = Stack.of(scope);
    const models = this.models.map((model) => model._name());
    const isMantle = cli !== undefined && factsOf(cli).bedrock?.isMantle === true;
    checkRegion(scope, 'bedrock');
    if (isMantle) {
      checkRegion(scope, 'mantle');
    }
    this.models.forEach((model) => model._check(scope));
    return {
      settings: { via: 'bedrock' },
      needs: [{ service: isMantle ? 'bedrock-mantle' : 'bedrock-runtime', purpose: PURPOSE }],
      models,
      statements: isMantle
        ? [mantleStatement(stack, models)]
        : this.models.flatMap((model) => model._statements(stack)),
    };
  }
}

/**
 * Codex reaches Bedrock by the endpoint that speaks OpenAI's API. IAM knows it as a service of its own, whose rights are
 * on projects; without one a request belongs to the project `default`.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/security-iam-projects.html
 */
function mantleStatement(stack: Stack, models: BoundModel[]): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: ['bedrock-mantle:CreateInference'],
    resources: [stack.formatArn({ service: 'bedrock-mantle', resource: 'project', resourceName: 'default' })],
    conditions: { StringEquals: { 'bedrock-mantle:Model': models.map(({ id }) => id) } },
  });
}

class ProviderRoute extends ModelRoute {
  public constructor(private readonly apiKey: SecretReference) {
    super();
  }

  /** @internal */
  public _bind(scope: Construct, { runtimeName, cli, model }: RouteContext): ModelRouteConfig {
    const key = modelKeyOf(scope, runtimeName, this.apiKey, 'ModelRoute.provider');
    const hosts = cli === undefined || Token.isUnresolved(model) ? undefined : providerHostsOf(cli, model);
    return {
      settings: { via: 'provider', credentialProvider: key.credentialProvider },
      needs: [KEY_NEED, ...(hosts ?? [undefined]).map((host) => ({ host, onInternet: true, purpose: PURPOSE }))],
      ...rightsOf(key),
    };
  }
}

class LlmGatewayRoute extends ModelRoute {
  public constructor(private readonly props: LlmGatewayProps) {
    super();
    const { url } = props;
    const flaw = Token.isUnresolved(url) ? undefined : httpsFlaw(url, { privateHost: true });
    if (flaw !== undefined) {
      throw invalidValue('InvalidLlmGatewayUrl', {
        what: `the address of the LLM gateway ${flaw}`,
        got: withoutUserInfo(url),
        allowed: 'an https URL such as https://llm.example.com/v1',
        fix: 'correct it; a key belongs into `auth`',
      });
    }
  }

  /** @internal */
  public _bind(scope: Construct, { runtimeName }: RouteContext): ModelRouteConfig {
    const { url, auth } = this.props;
    const secret = auth._secret;
    if (secret === undefined) {
      const settings = { via: 'llmGateway', url } as const;
      return { settings, needs: needsOf(url), statements: [], models: [], reason: auth._reason };
    }
    const key = modelKeyOf(scope, runtimeName, secret, 'LlmGatewayAuth.apiKey');
    return {
      settings: { via: 'llmGateway', url, credentialProvider: key.credentialProvider },
      needs: [KEY_NEED, ...needsOf(url)],
      ...rightsOf(key),
    };
  }
}

/** The host of an LLM gateway, unless its address is known only at deployment. */
function needsOf(url: string): Need[] {
  if (Token.isUnresolved(url)) {
    return [];
  }
  const { hostname, port } = new URL(url);
  return [{ host: hostname, ...(port !== '' && { port: Number(port) }), purpose: PURPOSE }];
}

function rightsOf({ statements, exception }: ModelKey): Omit<ModelRouteConfig, 'settings' | 'needs'> {
  return { statements, models: [], keyException: exception };
}

class NoRoute extends ModelRoute {
  public constructor() {
    super();
  }

  /** @internal */
  public _bind(): ModelRouteConfig {
    return { needs: [], statements: [], models: [] };
  }
}
