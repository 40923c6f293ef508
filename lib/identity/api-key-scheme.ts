import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import { invalidValue } from '../private/errors';
import { checkArguments } from '../private/kinds';

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-bedrockagentcore-gatewaytarget-apikeycredentialprovider.html */
const LONGEST_NAME = 64;
/** the characters of a token in HTTP, of which header names and schemes are made */
const NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

/** Where in a request an API key stands, and what stands before it. */
export class ApiKeyScheme {
  /** `Authorization: Bearer <key>`: GitHub tokens, Atlassian service-account keys, Slack tokens. */
  public static bearer(): ApiKeyScheme {
    return new ApiKeyScheme('header', 'Authorization', 'Bearer');
  }

  /**
   * `Authorization: Basic <key>`: Atlassian personal API tokens. The secret must hold the encoded form,
   * base64 of `email:token`.
   */
  public static basic(): ApiKeyScheme {
    return new ApiKeyScheme('header', 'Authorization', 'Basic');
  }

  /**
   * A header of its own, such as `x-api-key`.
   *
   * @param name of the header, at most 64 characters
   * @param prefix a word before the key; the gateway puts the space between them. Nothing stands before it by default
   */
  public static header(name: string, prefix?: string): ApiKeyScheme {
    checkArguments('ApiKeyScheme.header', { name: ['string', name], prefix: ['string?', prefix] });
    return new ApiKeyScheme('header', name, prefix);
  }

  /**
   * A parameter of the query string. Servers write URLs into their logs, so use it only where nothing else is taken.
   *
   * @param name of the parameter, at most 64 characters
   */
  public static queryParameter(name: string): ApiKeyScheme {
    checkArguments('ApiKeyScheme.queryParameter', { name: ['string', name] });
    return new ApiKeyScheme('query', name);
  }

  private constructor(
    private readonly place: string,
    private readonly name: string,
    private readonly prefix?: string,
  ) {
    for (const [what, text] of Object.entries({ [`the name of the ${place} parameter`]: name, 'the prefix': prefix })) {
      if (text !== undefined && (!NAME.test(text) || text.length > LONGEST_NAME)) {
        throw invalidValue('InvalidApiKeyScheme', {
          what: `${what} of an API key is not valid in HTTP`,
          got: text,
          allowed: `1 to ${LONGEST_NAME} letters, digits and dashes, no space and no colon`,
          fix: `write 'x-api-key' or 'Bearer'; the gateway adds the space and the colon`,
        });
      }
    }
  }

  /** @internal */
  public _render(): agentcore.ApiKeyCredentialLocation {
    const { ApiKeyCredentialLocation } = agentcore;
    return this.place === 'header'
      ? ApiKeyCredentialLocation.header({ credentialParameterName: this.name, credentialPrefix: this.prefix ?? '' })
      : ApiKeyCredentialLocation.queryParameter({ credentialParameterName: this.name });
  }
}
