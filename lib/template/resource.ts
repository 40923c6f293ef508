import type { Template } from './template';
import { Value } from './value';

/** A resource as CloudFormation is given it. */
export interface WrittenResource {
  readonly Type: string;
  readonly Properties?: unknown;
  readonly DependsOn?: unknown;
}

/** A resource of a template of the app. */
export class Resource {
  private properties?: Value;
  /** several resources wait for the same ones */
  private beforeThis?: Resource[];
  private asText?: string;

  public constructor(
    public readonly template: Template,
    public readonly logicalId: string,
    public readonly written: WrittenResource,
  ) {}

  public get type(): string {
    return this.written.Type;
  }

  /** A property, or what is below one. */
  public get(...keys: string[]): Value {
    this.properties ??= new Value(this.template, this.written.Properties, 'Properties');
    return this.properties.get(...keys);
  }

  /** Whether a text stands somewhere in the properties as they are written, for a look at them before a slower one. */
  public mentions(text: string): boolean {
    this.asText ??= JSON.stringify(this.written.Properties ?? {});
    return this.asText.includes(text);
  }

  /** The resources of the template that CloudFormation finishes before this one. */
  public get before(): Set<Resource> {
    const found = new Set<Resource>();
    const visit = (resource: Resource): void => {
      for (const next of resource.named()) {
        if (!found.has(next)) {
          found.add(next);
          visit(next);
        }
      }
    };
    visit(this);
    return found;
  }

  /** what DependsOn, Ref, GetAtt and Sub name; a text that happens to be a logical id counts too */
  private named(): Resource[] {
    this.beforeThis ??= this.findNamed();
    return this.beforeThis;
  }

  private findNamed(): Resource[] {
    const { Properties, DependsOn } = this.written;
    const words = JSON.stringify([Properties, DependsOn]).match(/[A-Za-z0-9]+/g) ?? [];
    return words.flatMap((word) => this.template.resources.get(word) ?? []);
  }
}

export const AGENTCORE = 'AWS::BedrockAgentCore::';

/**
 * The resource types of AgentCore that the checks and the compliance report were written for.
 *
 * A type that is not here can bring a permission or a way in that no rule judges, so both name it as unknown.
 */
export const KNOWN_TYPES: readonly string[] = [
  'ApiKeyCredentialProvider',
  'BrowserCustom',
  'BrowserProfile',
  'CapacityProvider',
  'CodeInterpreterCustom',
  'ConfigurationBundle',
  'ConsentPortal',
  'Dataset',
  'Evaluator',
  'Gateway',
  'GatewayRateLimit',
  'GatewayRule',
  'GatewayTarget',
  'Harness',
  'HarnessEndpoint',
  'Memory',
  'OAuth2CredentialProvider',
  'OnlineEvaluationConfig',
  'PaymentConnector',
  'PaymentCredentialProvider',
  'PaymentManager',
  'Policy',
  'PolicyEngine',
  'ResourcePolicy',
  'Runtime',
  'RuntimeEndpoint',
  'WorkloadIdentity',
].map((name) => `${AGENTCORE}${name}`);

/** What a runtime names that works on EC2 instances instead of in microVMs; undefined for every other resource. */
export function capacityProviderOf(runtime: Resource): Value | undefined {
  const configuration = runtime.get('CapacityProviderConfiguration');
  return runtime.type !== `${AGENTCORE}Runtime` || configuration.empty
    ? undefined
    : configuration.get('CapacityProviderArn');
}
