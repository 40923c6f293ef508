/** Writes a value of a template in one line: `<Ref>`, `<Resource.Attribute>`, joins put together. */
export function render(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map(render).join(', ');
  }
  const [name, argument] = Object.entries(value as Record<string, unknown>)[0] ?? ['', ''];
  switch (name) {
    case 'Ref':
      return `<${String(argument)}>`;
    case 'Fn::GetAtt':
      return `<${(argument as string[]).join('.')}>`;
    case 'Fn::Join': {
      const [separator, parts] = argument as [string, unknown];
      // a list that is known only at deployment has no parts to show
      return Array.isArray(parts) ? parts.map(render).join(separator) : render(parts);
    }
    case 'Fn::Split':
      return render((argument as [string, unknown])[1]);
    case 'Fn::ImportValue':
    case 'Fn::Sub':
      return render(argument);
    default:
      return `<${name}>`;
  }
}

/** The part of an ARN that a reader wants: what follows the account, or the resource that a reference names. */
export function shortArn(value: unknown): string {
  const text = render(value).replace(/<AWS::(\w+)>/g, '$1');
  const rest = /^arn:[^:]*:[^:]*:[^:]*:[^:]*:(.*)$/.exec(text)?.[1] ?? text;
  return rest.replace(/^<(\w+?)[0-9A-F]{8}(\.\w+)?>/, '$1');
}

/** Lines up the first column of a list of pairs. */
export function columns(rows: [string, string][], indent = '  '): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `${indent}${left.padEnd(width)}  ${right}`.trimEnd()).join('\n');
}
