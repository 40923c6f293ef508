import { createHash } from 'node:crypto';
import { Token } from 'aws-cdk-lib';
import { CfnGatewayRateLimit } from 'aws-cdk-lib/aws-bedrockagentcore';
import { Construct } from 'constructs';
import { actionProblems, targetProblems } from '../policy/cedar-context';
import type { PolicyContext } from '../policy/cedar-context';
import { EACH } from './rate-limit';
import type { RateDimension, RateLimit } from './rate-limit';
import { describe, invalid } from '../../private/errors';
import type { Problem } from '../../private/errors';

const MOST = 50;
const MOST_ENTRIES = 1000;

interface GatewayRateLimitsProps {
  readonly limits: RateLimit[];
  readonly gatewayIdentifier: string;
  readonly usesJwt: boolean;
  /** asked for when all targets are there */
  readonly context: () => PolicyContext;
}

/**
 * The rate limits of a gateway. AgentCore keeps one list for each thing that is counted, so limits of a kind become entries
 * of one resource. They are made one after another, so that no two of them change the gateway at once.
 */
export class GatewayRateLimits extends Construct {
  public constructor(scope: Construct, id: string, props: GatewayRateLimitsProps) {
    super(scope, id);
    const { limits, gatewayIdentifier, usesJwt } = props;
    limits.forEach(({ _dimension }) => this.checkCaller(_dimension, usesJwt));
    const byKey = new Map<string, RateLimit[]>();
    for (const limit of limits) {
      byKey.set(limit._dimension.key, [...(byKey.get(limit._dimension.key) ?? []), limit]);
    }
    if (byKey.size > MOST) {
      throw this.tooMany('the gateway counts by too many things', byKey.size, MOST);
    }
    let previous: CfnGatewayRateLimit | undefined;
    for (const [key, ofKey] of byKey) {
      const resource = new CfnGatewayRateLimit(this, idOf(key), {
        gatewayIdentifier,
        dimensionKeys: [key],
        entries: this.entries(key, ofKey),
      });
      if (previous !== undefined) {
        resource.addResourceDependency(previous);
      }
      previous = resource;
    }
    this.node.addValidation({ validate: () => unknownNames(limits, props.context()) });
  }

  private entries(key: string, limits: RateLimit[]): CfnGatewayRateLimit.LimitEntryProperty[] {
    const entries = new Map<string, CfnGatewayRateLimit.LimitEntryProperty>();
    for (const { _dimension, _rate } of limits) {
      const entry = entries.get(_dimension.value) ?? { dimensions: { [key]: _dimension.value } };
      if (entry[_rate._measure] !== undefined) {
        throw invalid(this, 'DuplicateRateLimit', {
          what: `two rate limits count ${_rate._measure} of the same ${key}`,
          got: _dimension.value,
          allowed: 'one rate of requests and one of connections for each',
          fix: 'keep the stricter one',
        });
      }
      entries.set(_dimension.value, { ...entry, [_rate._measure]: _rate._render() });
    }
    if (entries.size > MOST_ENTRIES) {
      throw this.tooMany(`too many limits by ${key}`, entries.size, MOST_ENTRIES);
    }
    return [...entries.values()];
  }

  private checkCaller({ key, needs }: RateDimension, usesJwt: boolean): void {
    if (needs !== undefined && needs !== (usesJwt ? 'jwt' : 'iam')) {
      throw invalid(this, 'RateLimitOfOtherCallers', {
        what: usesJwt
          ? 'a rate limit counts by IAM principal, and callers of this gateway bring tokens'
          : 'a rate limit counts by a claim, and callers of this gateway bring no token',
        got: key,
        allowed: usesJwt ? 'RateLimit.perClaim' : 'RateLimit.perPrincipal',
        fix: usesJwt ? "use RateLimit.perClaim('sub', ...)" : 'use RateLimit.perPrincipal(...)',
      });
    }
  }

  private tooMany(what: string, got: number, most: number): Error {
    return invalid(this, 'TooManyRateLimits', { what, got, allowed: `at most ${most}`, fix: 'remove some' });
  }
}

function unknownNames(limits: RateLimit[], context: PolicyContext): string[] {
  return limits
    .flatMap(({ _dimension }) => nameProblems(_dimension, context))
    .map((problem) => describe({ ...problem, what: `a rate limit: ${problem.what}` }));
}

function nameProblems({ key, value }: RateDimension, context: PolicyContext): Problem[] {
  if (value === EACH || Token.isUnresolved(value)) {
    return [];
  }
  if (key === 'toolName') {
    return actionProblems(value, context);
  }
  return key === 'targetName' ? targetProblems([value], context) : [];
}

/** a claim may hold dots and colons, and two that differ in them only must not share an id */
function idOf(key: string): string {
  const plain = key.replace(/[^A-Za-z0-9_-]/g, '_');
  return plain === key ? plain : `${plain}-${createHash('sha256').update(key).digest('hex').slice(0, 8)}`;
}
