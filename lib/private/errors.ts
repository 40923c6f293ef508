import { Annotations, UnscopedValidationError, ValidationError } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

type Code = ConstructorParameters<typeof UnscopedValidationError>[0];

/** The four parts of every error: what is wrong, what was given, what is allowed, what to change. */
export interface Problem {
  /** in the user's words, with the name of the prop or value */
  readonly what: string;
  readonly got?: string | number;
  readonly allowed?: string;
  readonly fix?: string;
}

/** Renders the parts in one fixed order, so that tests and readers find each in its place. */
export function describe(problem: Problem): string {
  const got = problem.got === undefined ? '' : ` (got ${shorten(problem.got)})`;
  const allowed = problem.allowed === undefined ? '' : `; allowed: ${problem.allowed}`;
  const fix = problem.fix === undefined ? '' : `; ${problem.fix}`;
  return readable(`${problem.what}${got}${allowed}${fix}`);
}

/** The error of a construct: it prints the construct path. `code` is stable and part of the API. */
export function invalid(scope: IConstruct, code: string, problem: Problem): ValidationError {
  return new ValidationError(code as Code, describe(problem), scope);
}

/** The error of a value, which has no scope yet. */
export function invalidValue(code: string, problem: Problem): UnscopedValidationError {
  return new UnscopedValidationError(code as Code, describe(problem));
}

/** A warning that the user can acknowledge by its id, which is part of the API. */
export function warn(scope: IConstruct, id: string, problem: Problem): void {
  Annotations.of(scope).addWarningV2(`cdk-coding-agents:${id}`, describe(problem));
}

/** the way the CDK writes what it does not know yet says nothing to a reader */
function readable(text: string): string {
  return text.replace(/\$\{Token\[[^\]]*\]\}/g, '<known only at deployment>');
}

const LONGEST_ECHO = 120;

function shorten(value: string | number): string {
  if (typeof value === 'number') {
    return String(value);
  }
  return value.length > LONGEST_ECHO ? `'${value.slice(0, LONGEST_ECHO)}...'` : `'${value}'`;
}
