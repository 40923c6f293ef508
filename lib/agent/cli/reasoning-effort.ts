import { Token } from 'aws-cdk-lib';
import { invalidValue } from '../../private/errors';

/** How hard the model thinks before it answers, in the words that the coding agents share. */
export class ReasoningEffort {
  /** Quick answers. */
  public static readonly LOW = new ReasoningEffort('low');
  /** What most agents do by themselves. */
  public static readonly MEDIUM = new ReasoningEffort('medium');
  /** Longer thinking, at a higher price. */
  public static readonly HIGH = new ReasoningEffort('high');

  /**
   * A word of one agent alone, for example `minimal` or `max`. It is passed on as it is.
   *
   * Errors: anything but a word of lower-case letters.
   */
  public static of(name: string): ReasoningEffort {
    return new ReasoningEffort(name);
  }

  private constructor(
    /** As the agent takes it. */
    public readonly name: string,
  ) {
    if (!Token.isUnresolved(name) && !/^[a-z]{2,16}$/.test(name)) {
      throw invalidValue('InvalidReasoningEffort', {
        what: 'this is not a level of effort',
        got: name,
        allowed: '2 to 16 lower-case letters, such as low, medium, high, minimal or max',
        fix: 'take ReasoningEffort.LOW, .MEDIUM or .HIGH, or a word that the agent documents',
      });
    }
  }
}
