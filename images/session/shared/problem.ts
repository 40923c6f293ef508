/** The four parts of every error: what is wrong, what was given, what is allowed, what to change. */
export interface Problem {
  readonly what: string;
  readonly got?: string | number;
  readonly allowed?: string;
  readonly fix?: string;
}

/** An error that a caller is told: a stable code, and a text that holds no secret. */
export class SessionError extends Error {
  public readonly problem: Problem;

  constructor(
    public readonly code: string,
    problem: Problem,
  ) {
    super(describe(problem));
    this.name = 'SessionError';
    this.problem = problem;
  }
}

/** The parts in one fixed order, so that tests and readers find each in its place. */
export function describe({ what, got, allowed, fix }: Problem): string {
  const given = got === undefined ? '' : ` (got ${shorten(got)})`;
  return `${what}${given}${allowed === undefined ? '' : `; allowed: ${allowed}`}${fix === undefined ? '' : `; ${fix}`}`;
}

const LONGEST_ECHO = 120;

function shorten(value: string | number): string {
  if (typeof value === 'number') {
    return String(value);
  }
  return value.length > LONGEST_ECHO ? `'${value.slice(0, LONGEST_ECHO)}...'` : `'${value}'`;
}
