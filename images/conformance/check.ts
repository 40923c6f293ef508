/** One thing that a container must do. */
export interface Check {
  /** stable, for scripts */
  readonly id: string;
  readonly what: string;
  /** what goes wrong on AgentCore otherwise */
  readonly why: string;
  readonly fix: string;
  /** throws a `Finding` when the container does otherwise */
  readonly run: (target: Target) => Promise<void>;
}

export interface Target {
  /** without a slash at its end */
  readonly url: string;
  /** body of the requests that start work */
  readonly payload: string;
  /** seconds until a request is given up */
  readonly timeout: number;
  /** for the session header: 33 characters at least */
  readonly session: string;
}

export interface Outcome extends Pick<Check, 'id' | 'what' | 'why' | 'fix'> {
  readonly passed: boolean;
  /** what was seen instead */
  readonly found?: string;
}

/** What was seen instead of what was wanted. */
export class Finding extends Error {}

export function want(good: boolean, found: string): asserts good {
  if (!good) {
    throw new Finding(found);
  }
}
