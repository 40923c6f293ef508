import type { SecretReference } from '../../identity/secret-reference';
import { invalidValue } from '../../private/errors';
import { reasonProblem } from '../../private/notes';
import { checkArguments } from '../../private/kinds';

/** Why an LLM gateway asks for no key. */
export interface OpenLlmGatewayOptions {
  /** What makes it acceptable, in at least 20 characters; auditors read it. */
  readonly reason: string;
}

/** How an agent proves to the company's LLM gateway who it is. */
export abstract class LlmGatewayAuth {
  /**
   * A key of the gateway, in a secret. It is fetched from the Token Vault at the start of each job, into the process of
   * the coding agent only. What runs in the microVM can still get at it: give each agent a key of its own, with a budget.
   */
  public static apiKey(secret: SecretReference): LlmGatewayAuth {
    checkArguments('LlmGatewayAuth.apiKey', { secret: ['SecretReference', secret] });
    return new KeyAuth(secret);
  }

  /**
   * None: the gateway lets the network in.
   *
   * Errors: a reason of fewer than 20 characters.
   */
  public static none(options: OpenLlmGatewayOptions): LlmGatewayAuth {
    checkArguments('LlmGatewayAuth.none', { options: ['OpenLlmGatewayOptions', options] });
    const { reason } = options;
    const problem = reasonProblem(reason, {
      what: 'the reason for an LLM gateway without a key says too little',
      fix: 'say what makes it acceptable, or use LlmGatewayAuth.apiKey(...)',
    });
    if (problem !== undefined) {
      throw invalidValue('OpenLlmGatewayReasonTooShort', problem);
    }
    return new NoAuth(reason);
  }

  /** @internal */
  public readonly _secret?: SecretReference;
  /** @internal */
  public readonly _reason?: string;

  protected constructor() {}
}

class KeyAuth extends LlmGatewayAuth {
  public constructor(public override readonly _secret: SecretReference) {
    super();
  }
}

class NoAuth extends LlmGatewayAuth {
  public constructor(public override readonly _reason: string) {
    super();
  }
}
