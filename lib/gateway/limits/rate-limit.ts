import { Token } from 'aws-cdk-lib';
import type { CfnGatewayRateLimit } from 'aws-cdk-lib/aws-bedrockagentcore';
import { invalidValue } from '../../private/errors';
import { checkToolName } from '../policy/cedar-context';
import { checkArguments } from '../../private/kinds';

/** Stands for each value that has no limit of its own. */
export const EACH = '*';
const PRINCIPAL = '$.context.iam.principal';
const CLAIM = '$.context.jwt.';
/** every token has another one, so that no limit would ever be reached */
const UNBOUNDED = ['exp', 'iat', 'jti', 'nbf', 'nonce'];

const HIGHEST_RATE = 10_000_000;

/** What a limit counts: the callers, or what they call. */
export interface RateDimension {
  /** as AgentCore calls it */
  readonly key: string;
  /** one value, or `*` for a limit of its own for each */
  readonly value: string;
  readonly needs?: 'iam' | 'jwt';
}

/**
 * How much one caller, or one tool, gets of a gateway. A request has to be within every limit that it falls under; one
 * for a named value goes before the one for each value. Past a limit the gateway answers 429.
 *
 * No security boundary: AgentCore lets a request pass when it cannot tell what to count, for example without the claim,
 * and when the limiting itself fails. Changes take up to 30 seconds.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-rate-limits.html
 */
export class RateLimit {
  /**
   * For each IAM principal, or for one by its ARN as AgentCore sees it.
   *
   * Error: a gateway whose callers bring tokens.
   */
  public static perPrincipal(rate: Rate, principalArn?: string): RateLimit {
    checkArguments('RateLimit.perPrincipal', { rate: ['Rate', rate], principalArn: ['string?', principalArn] });
    return new RateLimit({ key: PRINCIPAL, value: principalArn ?? EACH, needs: 'iam' }, rate);
  }

  /**
   * For each value of a claim of the caller's token, such as `sub`, or for one value.
   *
   * Errors: a name that AgentCore does not take; a claim that differs in each token, such as `jti`; a gateway whose callers
   * bring no token.
   */
  public static perClaim(claim: string, rate: Rate, value?: string): RateLimit {
    checkArguments('RateLimit.perClaim', { claim: ['string', claim], rate: ['Rate', rate], value: ['string?', value] });
    checkClaimName(claim);
    return new RateLimit({ key: `${CLAIM}${claim}`, value: value ?? EACH, needs: 'jwt' }, rate);
  }

  /**
   * For each target, or for one by its name.
   *
   * Error: a target that the gateway does not have.
   */
  public static perTarget(rate: Rate, target?: string): RateLimit {
    checkArguments('RateLimit.perTarget', { rate: ['Rate', rate], target: ['string?', target] });
    return new RateLimit({ key: 'targetName', value: target ?? EACH }, rate);
  }

  /**
   * For each tool, or for one by its full name, `<target>___<tool>`.
   *
   * Errors: a name of another form; a tool that the gateway does not have, as far as its tools are known.
   */
  public static perTool(rate: Rate, tool?: string): RateLimit {
    checkArguments('RateLimit.perTool', { rate: ['Rate', rate], tool: ['string?', tool] });
    if (tool !== undefined) {
      checkToolName(tool);
    }
    return new RateLimit({ key: 'toolName', value: tool ?? EACH }, rate);
  }

  private constructor(
    /** @internal */
    public readonly _dimension: RateDimension,
    /** @internal */
    public readonly _rate: Rate,
  ) {
    const { key, value } = _dimension;
    if (!Token.isUnresolved(value) && (value.trim() === '' || value.length > 256)) {
      throw invalidValue('InvalidRateLimitValue', {
        what: `the rate limit is for a value of ${key} that AgentCore does not take`,
        got: value,
        allowed: '1 to 256 characters',
        fix: 'leave it away for a limit of its own for each',
      });
    }
  }
}

/** How much a caller, a target or a tool gets. */
export class Rate {
  /** This many requests a second: a whole number, 0 (which blocks) to 10,000,000. */
  public static requestsPerSecond(count: number): Rate {
    checkArguments('Rate.requestsPerSecond', { count: ['number', count] });
    return new Rate('requests', 'second', count);
  }

  /** This many requests a minute: a whole number, 0 (which blocks) to 10,000,000. */
  public static requestsPerMinute(count: number): Rate {
    checkArguments('Rate.requestsPerMinute', { count: ['number', count] });
    return new Rate('requests', 'minute', count);
  }

  /** This many connections a second: a whole number, 0 (which blocks) to 10,000,000. */
  public static connectionsPerSecond(count: number): Rate {
    checkArguments('Rate.connectionsPerSecond', { count: ['number', count] });
    return new Rate('connections', 'second', count);
  }

  private constructor(
    /** @internal */
    public readonly _measure: 'requests' | 'connections',
    private readonly period: 'second' | 'minute',
    private readonly count: number,
  ) {
    if (!Number.isInteger(count) || count < 0 || count > HIGHEST_RATE) {
      throw invalidValue('InvalidRate', {
        what: `${_measure} a ${period} are not a number that AgentCore takes`,
        got: count,
        allowed: `a whole number from 0 (which blocks) to ${HIGHEST_RATE}`,
        fix: 'write the number out, or choose another period',
      });
    }
  }

  /** @internal */
  public _render(): CfnGatewayRateLimit.RateConfigProperty[] {
    return [{ rate: this.count, period: this.period }];
  }
}

function checkClaimName(claim: string): void {
  // AgentCore's own pattern: at least two characters, and no colon, as in the claims of Cognito
  if (Token.isUnresolved(claim) || !/^[a-zA-Z_][a-zA-Z0-9_.-]{0,61}[a-zA-Z0-9_]$/.test(claim)) {
    throw invalidValue('InvalidRateLimitClaim', {
      what: 'rate limits cannot count by this claim',
      got: claim,
      allowed: '2 to 63 letters, digits, and _ . -, without a colon, beginning with a letter or underscore',
      fix: 'use sub, or let the identity provider copy the claim under another name',
    });
  }
  if (UNBOUNDED.includes(claim)) {
    throw invalidValue('UnboundedRateLimitClaim', {
      what: 'this claim differs in each token, so the limit would never be reached',
      got: claim,
      allowed: 'a claim that stays with the caller',
      fix: 'use sub',
    });
  }
}
