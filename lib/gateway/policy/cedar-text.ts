/** The namespace that AgentCore puts everything in. */
export const NAMESPACE = 'AgentCore';

/** A string of Cedar. Only for what is known now: of a token nobody knows whether its value ends the string. */
export function cedarString(value: string): string {
  const escaped = [...value].map((char) => {
    if (char === '"' || char === '\\') {
      return `\\${char}`;
    }
    return /\p{C}/u.test(char) ? `\\u{${char.codePointAt(0)?.toString(16)}}` : char;
  });
  return `"${escaped.join('')}"`;
}

/** A list of strings as a set of Cedar. */
export function cedarSet(values: string[]): string {
  return `[${values.map(cedarString).join(', ')}]`;
}

/** The parts of a statement. */
interface Statement {
  readonly effect: 'permit' | 'forbid';
  /** only callers who bring a token */
  readonly tokensOnly?: boolean;
  /** names of tools and of groups; undefined for everything that a gateway does */
  readonly actions?: string[];
  readonly gatewayArn: string;
  readonly when?: string;
  readonly unless?: string;
}

/**
 * One statement. AgentCore takes a named gateway together with named actions, and a type of gateway together with any
 * action; it refuses every other pair.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/policy-scope.html
 */
export function statementText({ effect, tokensOnly, actions, gatewayArn, when, unless }: Statement): string {
  const scope = [
    tokensOnly === true ? `principal is ${NAMESPACE}::OAuthUser` : 'principal',
    actions === undefined ? 'action' : `action in [${actions.map(action).join(', ')}]`,
    actions === undefined ? `resource is ${NAMESPACE}::Gateway` : `resource == ${NAMESPACE}::Gateway::"${gatewayArn}"`,
  ];
  const conditions = [
    ...(when === undefined ? [] : [`\nwhen { ${when} }`]),
    ...(unless === undefined ? [] : [`\nunless { ${unless} }`]),
  ];
  return `${effect}(\n  ${scope.join(',\n  ')}\n)${conditions.join('')};`;
}

function action(name: string): string {
  return `${NAMESPACE}::Action::${cedarString(name)}`;
}

/** The actions that a statement names, wherever in it. */
export function actionsIn(statement: string): string[] {
  const names = statement.matchAll(/\bAction::"((?:[^"\\]|\\.)*)"/g);
  return [...new Set([...names].map(([, name]) => name))];
}
