import { scrubbed } from './scrub';

type Value = string | number | boolean | null | undefined;

/** One line of JSON on standard output. Only for codes, ids and numbers: no prompt, no output of a CLI, no token. */
export function log(event: string, fields: Readonly<Record<string, Value>> = {}): void {
  write('INFO', event, fields);
}

export function warn(event: string, fields: Readonly<Record<string, Value>> = {}): void {
  write('WARN', event, fields);
}

function write(level: string, event: string, fields: Readonly<Record<string, Value>>): void {
  const line = { at: new Date().toISOString(), level, event, ...fields };
  process.stdout.write(`${scrubbed(JSON.stringify(line))}\n`);
}

/** What may be logged of an unexpected error: the names that systems give, never its text. */
export function causeOf(error: unknown): string {
  const { code, name } = (typeof error === 'object' && error !== null ? error : {}) as {
    code?: unknown;
    name?: unknown;
  };
  return (
    [code, name].find((one): one is string => typeof one === 'string' && /^[A-Za-z_]{2,60}$/.test(one)) ?? 'unknown'
  );
}
