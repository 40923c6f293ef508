/*
 * Tables of bad input. A suite writes down what a user gets wrong and what has to be said about it; this file runs the
 * rows, and counts what would have been silent.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, Errors, type Stack } from 'aws-cdk-lib';
import { messages } from './fixture';

/** What a row needs of its fixture. */
interface WithStack {
  readonly stack: Stack;
}

interface Input<F> {
  /** what the user does */
  readonly input: string;
  readonly action: (fixture: F) => unknown;
}

/** Input that ends in an error. */
export interface Refused<F> extends Input<F> {
  /** the stable code; none for what is found when the app is complete, since the CDK collects that in one error */
  readonly code?: string;
  /** parts of the message that must be there, in the user's words */
  readonly says: readonly string[];
}

/** Input that is allowed, but not without a word. */
export interface Warned<F> extends Input<F> {
  /** the id by which the user acknowledges it */
  readonly id: string;
  /** a part of the message that must be there */
  readonly says: string;
}

export interface BadInputTables<F> {
  /** the suite, in the line that is printed */
  readonly suite: string;
  readonly make: () => F;
  /** the fixture of refused inputs, where it differs */
  readonly makeRefused?: () => F;
  readonly refused: Readonly<Record<string, Refused<F>>>;
  readonly warned?: Readonly<Record<string, Warned<F>>>;
  /** a further check of each error text */
  readonly alsoOfErrors?: (text: string) => void;
}

/** What became of one input. `raw` is an error that is not the library's, a TypeError for example. */
export interface Outcome {
  readonly kind: 'error' | 'warning' | 'silent' | 'raw';
  readonly code: string;
  readonly text: string;
}

/** Runs one input, and the whole synthesis if nothing was said until then. */
export function outcomeOf<F extends WithStack>(make: () => F, action: (fixture: F) => unknown): Outcome {
  const fixture = make();
  const before = messages(fixture).length;
  try {
    action(fixture);
    if (messages(fixture).length === before) {
      (fixture.stack.node.root as App).synth();
    }
  } catch (e) {
    const { name: code, message: text } = e as Error;
    return { kind: isOurs(e) ? 'error' : 'raw', code, text };
  }
  const said = messages(fixture).slice(before);
  return { kind: said.length > 0 ? 'warning' : 'silent', code: '', text: said.join('\n') };
}

/** Makes a test of each row, and one that counts: no input may be silent, or end in an error that is not the library's. */
export function testBadInput<F extends WithStack>(tables: BadInputTables<F>): void {
  const { suite, make, makeRefused = make, refused, warned = {}, alsoOfErrors } = tables;
  const outcomes = new Map<object, Outcome>();
  const judged = (row: Input<F>, of: () => F): Outcome => {
    const outcome = outcomes.get(row) ?? outcomeOf(of, row.action);
    outcomes.set(row, outcome);
    return outcome;
  };

  test.each(Object.entries(refused))('row %s is refused', (_row, row) => {
    const outcome = judged(row, makeRefused);
    expect(outcome).toMatchObject({ kind: 'error', code: row.code ?? outcome.code });
    for (const part of row.says) {
      expect(outcome.text).toContain(part);
    }
    alsoOfErrors?.(outcome.text);
  });

  if (Object.keys(warned).length > 0) {
    test.each(Object.entries(warned))('row %s brings a warning', (_row, row) => {
      const outcome = judged(row, make);
      expect(outcome).toMatchObject({ kind: 'warning' });
      expect(outcome.text).toContain(row.says);
      expect(outcome.text).toContain(`cdk-coding-agents:${row.id}`);
    });
  }

  test('no bad input is silent', () => {
    const all = [
      ...Object.entries(refused).map(([name, row]) => ({ name, outcome: judged(row, makeRefused) })),
      ...Object.entries(warned).map(([name, row]) => ({ name, outcome: judged(row, make) })),
    ];
    const silent = all.filter(({ outcome }) => outcome.kind === 'silent' || outcome.kind === 'raw');
    console.info(`bad input, ${suite}: ${all.length} inputs, ${silent.length} silent`);
    expect(silent.map(({ name, outcome }) => `${name}: ${outcome.kind} ${outcome.text}`)).toEqual([]);
  });
}

/** an error of the CDK with a code of ours, or what the CDK collected of our validations */
function isOurs(error: unknown): boolean {
  if (!Errors.isConstructError(error)) {
    return false;
  }
  return CODES.has(error.name) || /^Validation failed/.test(error.message);
}

const LIB = join(__dirname, '..', 'lib');
const CODES = new Set(
  readdirSync(LIB, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
    .flatMap((file) => [...readFileSync(join(LIB, file), 'utf8').matchAll(/'([A-Z][A-Za-z0-9]+)'/g)])
    .map(([, code]) => code),
);
