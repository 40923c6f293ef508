import { Token } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import { invalidValue } from '../private/errors';
import { checkArguments } from '../private/kinds';

/** A claim that a caller's token must hold besides issuer, audience and client. */
export abstract class JwtClaim {
  /** The claim is a string and equals this value, for example `department` = `platform`. */
  public static stringEquals(name: string, value: string): JwtClaim {
    checkArguments('JwtClaim.stringEquals', { name: ['string', name], value: ['string', value] });
    return new EqualClaim(name, value);
  }

  /** The claim is a list and holds this value, for example `groups` holds `developers`. */
  public static listContains(name: string, value: string): JwtClaim {
    checkArguments('JwtClaim.listContains', { name: ['string', name], value: ['string', value] });
    return new ListClaim(name, [value], agentcore.CustomClaimOperator.CONTAINS);
  }

  /** The claim is a list and holds at least one of these values. */
  public static listContainsAny(name: string, values: string[]): JwtClaim {
    checkArguments('JwtClaim.listContainsAny', { name: ['string', name], values: ['string[]', values] });
    return new ListClaim(name, values, agentcore.CustomClaimOperator.CONTAINS_ANY);
  }

  protected constructor(
    /** The name of the claim. */
    public readonly name: string,
    values: string[],
  ) {
    if (!Token.isUnresolved(name) && !/^[A-Za-z0-9_.:-]{1,255}$/.test(name)) {
      throw invalidValue('InvalidClaimName', {
        what: 'this is not the name of a token claim',
        got: name,
        allowed: 'letters, digits, dot, colon, underscore and dash',
        fix: 'copy the name from a decoded token of your identity provider',
      });
    }
    if (values.length === 0 || values.some((value) => value === '')) {
      throw invalidValue('EmptyClaimValue', {
        what: `claim '${name}' is compared with nothing`,
        allowed: 'at least one value, none of them empty',
        fix: 'give the value that the callers you want carry in their token',
      });
    }
    const odd = values.find((value) => !Token.isUnresolved(value) && !/^[A-Za-z0-9_.:/-]{1,255}$/.test(value));
    if (odd !== undefined) {
      throw invalidValue('InvalidClaimValue', {
        what: `claim '${name}' is compared with a value that AgentCore does not take`,
        got: odd,
        allowed: 'letters, digits, and _ . : / -, at most 255 in all: no spaces, commas or @',
        fix: 'let the identity provider put an id or a short name into the token, such as the id of a group',
      });
    }
  }

  /** @internal */
  public abstract _forRuntime(): agentcore.RuntimeCustomClaim;

  /** @internal */
  public abstract _forGateway(): agentcore.GatewayCustomClaim;
}

class EqualClaim extends JwtClaim {
  public constructor(
    name: string,
    private readonly value: string,
  ) {
    super(name, [value]);
  }

  /** @internal */
  public _forRuntime(): agentcore.RuntimeCustomClaim {
    return agentcore.RuntimeCustomClaim.withStringValue(this.name, this.value);
  }

  /** @internal */
  public _forGateway(): agentcore.GatewayCustomClaim {
    return agentcore.GatewayCustomClaim.withStringValue(this.name, this.value);
  }
}

class ListClaim extends JwtClaim {
  public constructor(
    name: string,
    private readonly values: string[],
    private readonly operator: agentcore.CustomClaimOperator,
  ) {
    super(name, values);
  }

  /** @internal */
  public _forRuntime(): agentcore.RuntimeCustomClaim {
    return agentcore.RuntimeCustomClaim.withStringArrayValue(this.name, this.values, this.operator);
  }

  /** @internal */
  public _forGateway(): agentcore.GatewayCustomClaim {
    return agentcore.GatewayCustomClaim.withStringArrayValue(this.name, this.values, this.operator);
  }
}
