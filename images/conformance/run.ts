import { Finding } from './check';
import type { Check, Outcome, Target } from './check';
import { CONTRACT_CHECKS, OWN_SERVER_CHECKS } from './contract-checks';
import { jobChecks } from './job-checks';

export interface ConformanceOptions {
  /** only what AgentCore asks for: for images with a server of their own */
  readonly contractOnly?: boolean;
  readonly payload?: string;
  /** seconds */
  readonly timeout?: number;
}

const PAYLOAD = JSON.stringify({ prompt: 'Reply with the word ok.' });
const TIMEOUT = 60;
const SESSION = 'conformance-0000000000000000000000000';

/** Checks the container at a URL, one check after the other: the job that one starts would disturb the next. */
export async function conformance(url: string, options: ConformanceOptions = {}): Promise<Outcome[]> {
  const target: Target = {
    url: url.replace(/\/+$/, ''),
    payload: options.payload ?? PAYLOAD,
    timeout: options.timeout ?? TIMEOUT,
    session: SESSION,
  };
  const outcomes: Outcome[] = [];
  for (const check of options.contractOnly ? OWN_SERVER_CHECKS : [...CONTRACT_CHECKS, ...jobChecks()]) {
    outcomes.push(await outcomeOf(check, target));
  }
  return outcomes;
}

async function outcomeOf({ id, what, why, fix, run }: Check, target: Target): Promise<Outcome> {
  try {
    await run(target);
    return { id, what, why, fix, passed: true };
  } catch (e) {
    if (!(e instanceof Finding)) {
      throw e;
    }
    return { id, what, why, fix, passed: false, found: e.message };
  }
}
