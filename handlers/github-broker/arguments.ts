/* Checks what a caller gave against the row of the tool. Whatever is not expected is refused, and nothing is repeated. */
import type { Argument, Arguments } from '../../lib/contract/catalogue/arguments';
import { argumentsOf } from '../../lib/contract/catalogue/tool';
import type { ToolRow } from '../../lib/contract/catalogue/tool';
import { BrokerError } from '../shared/errors';
import { isObject } from '../shared/json';
import type { Fields } from '../shared/json';
import { FORMS, isPlainText } from './forms';

/** Checked: every value is as its argument says. */
export type Values = Readonly<Record<string, unknown>>;

/** characters of all arguments as JSON; files that a model writes are far smaller */
const LARGEST_EVENT = 512 * 1024;

export function checkedArguments(row: ToolRow, event: unknown): Values {
  if (!isObject(event) || JSON.stringify(event).length > LARGEST_EVENT) {
    throw new BrokerError('InvalidRequest');
  }
  const values = checkedObject(argumentsOf(row), event);
  if (row.oneOf !== undefined && !row.oneOf.some((name) => Object.hasOwn(values, name))) {
    throw new BrokerError('InvalidRequest', { expected: `one of ${row.oneOf.join(', ')}` });
  }
  return values;
}

/** For tools whose arguments must fit each other. */
export function wrongArgument(row: ToolRow, argument: string): BrokerError {
  return wrong(argument, argumentsOf(row)[argument]);
}

function checkedObject(args: Arguments, given: Fields, prefix = ''): Values {
  if (Object.keys(given).some((name) => !Object.hasOwn(args, name))) {
    throw new BrokerError('InvalidRequest', { expected: `only ${Object.keys(args).join(', ')}` });
  }
  const values: Record<string, unknown> = {};
  for (const [name, argument] of Object.entries(args)) {
    if (Object.hasOwn(given, name)) {
      values[name] = checkedValue(argument, given[name], prefix + name);
    } else if (argument.optional !== true) {
      throw wrong(prefix + name, argument);
    }
  }
  return values;
}

function checkedValue(argument: Argument, given: unknown, name: string): unknown {
  switch (argument.type) {
    case 'string':
      return verified(typeof given === 'string' && isText(argument, given), argument, given, name);
    case 'integer':
      return verified(Number.isInteger(given) && isWithin(argument, given as number), argument, given, name);
    case 'boolean':
      return verified(typeof given === 'boolean', argument, given, name);
    case 'array':
      return checkedList(argument, given, name);
    case 'object':
      verified(isObject(given), argument, given, name);
      return checkedObject(argument.properties ?? {}, given as Fields, `${name}.`);
  }
}

function checkedList(argument: Argument, given: unknown, name: string): unknown[] {
  const { items, maximum = 0 } = argument;
  if (!Array.isArray(given) || given.length === 0 || given.length > maximum || items === undefined) {
    throw wrong(name, argument);
  }
  return given.map((item: unknown) => checkedValue(items, item, `${name}[]`));
}

function isText({ form, values, maximum }: Argument, given: string): boolean {
  if (values !== undefined) {
    return values.includes(given);
  }
  return given.length <= (maximum ?? 0) && (form === undefined ? isPlainText(given) : FORMS[form](given));
}

function isWithin({ minimum = 0, maximum = 0 }: Argument, given: number): boolean {
  return given >= minimum && given <= maximum;
}

function verified(holds: boolean, argument: Argument, given: unknown, name: string): unknown {
  if (!holds) {
    throw wrong(name, argument);
  }
  return given;
}

function wrong(argument: string, { description }: Argument): BrokerError {
  return new BrokerError('InvalidRequest', { argument, expected: description });
}
