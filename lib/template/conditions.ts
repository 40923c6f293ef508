import type { Value } from './value';
import { UNKNOWN } from './value';

/** operators that let through only what is named; with IfExists a call without the key passes too */
const NAMING = /^(ForAnyValue:)?(String(Equals|EqualsIgnoreCase|Like)|Arn(Equals|Like))$/i;

/** whether a key, in lower case, with these values limits what the rule is about */
type Limit = (key: string, values: Value) => boolean;

/** Whether a condition asks for one of some keys by name, or may do so for all that is known. */
export function isLimitedBy(condition: Value, limits: Limit): boolean {
  return (
    condition.unknown ||
    condition.members.some(([operator, keys]) => {
      const asks = keys.unknown || keys.members.some(([key, values]) => limits(key.toLowerCase(), values));
      return operator.startsWith('Fn::') || (NAMING.test(operator) && asks);
    })
  );
}

/** Whether each value, one of which is enough, leaves something out. */
export function areNames(values: Value): boolean {
  return values.items.every(({ text = UNKNOWN }) => !/^[*?]*$/.test(text));
}

/** what a caller may choose, or what is so of nearly every call */
const SAYS_NOTHING =
  /^aws:(calledvia\w*|currenttime|epochtime|multifactorauth\w+|principaltype|referer|requestedregion|securetransport|tokenissuetime|useragent|viaawsservice)$/;

/** Whether a condition leaves out most of the world, where the principal is everybody. */
export function limitsCallers(condition: Value): boolean {
  const byNetwork = condition.members.some(([operator, { members }]) => {
    const limits = members.some(([, values]) => values.items.every(({ text = UNKNOWN }) => !/\/0$/.test(text)));
    return /^IpAddress$/i.test(operator) && limits;
  });
  const byService = condition.get('Bool', 'aws:PrincipalIsAWSService').is('true');
  return byNetwork || byService || isLimitedBy(condition, (key, values) => !SAYS_NOTHING.test(key) && areNames(values));
}

/** Whether a statement is about everybody. */
export function isForEverybody(statement: Value): boolean {
  const principal = statement.get('Principal');
  const kinds = principal.members.map(([, values]) => values);
  const named = [principal, ...kinds.flatMap(({ items }) => items)].some((one) => one.is('*'));
  return named || !statement.get('NotPrincipal').absent;
}
