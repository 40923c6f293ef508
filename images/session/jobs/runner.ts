import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import type { SessionSettings } from '../../../lib/contract/session';
import type { Bridge, CliAdapter, CliOutcome, CliRun, JobResult } from '../contract';
import { storableResult } from '../journal/event-text';
import { causeOf, log, warn } from '../shared/log';
import { SessionError } from '../shared/problem';
import type { GatewaySettings } from '../shared/settings';
import type { Places } from '../shared/workspace';
import type { ExitGrace } from './agent-run';
import { AgentRun } from './agent-run';
import { AgentState } from './agent-state';
import { prepareDirectory } from './directory';
import { cleanEnvironment } from './environment';
import { JobFailure, STOPPED, bareOutcome } from './errors';
import { killOrphans } from './orphans';
import type { Caller } from './preflight';
import { reachGateway, reachModel } from './preflight';
import type { RunningJob } from './running-job';
import { almostFull, limitsOf, type StorageLimits } from './storage';
import { runTests } from './test-command';

/** What all jobs of a session share. */
export interface Session {
  readonly adapter: CliAdapter;
  readonly settings: SessionSettings;
  readonly environment: NodeJS.ProcessEnv;
  readonly gateway?: GatewaySettings;
  readonly bridge: Bridge;
  /** for tests */
  readonly exitGrace?: ExitGrace;
  readonly storage?: StorageLimits;
}

interface End {
  readonly outcome: CliOutcome;
  readonly exitCode: number | null;
  readonly tests: JobResult['tests'];
}

/** Runs a job to its end, whatever that is. Never throws. */
export async function runJob(
  job: RunningJob,
  session: Session,
  places: Places,
  caller: Caller,
  continues: CliRun['continues'],
): Promise<void> {
  const start = performance.now();
  const clock = setTimeout(() => job.stop('timeLimit'), job.bounds.minutes * 60_000);
  let end: End;
  let scratch: string | undefined;
  try {
    scratch = mkdtempSync(path.join(tmpdir(), 'agent-'));
    end = await new Steps(job, session, places, scratch).run(caller, continues);
  } catch (error) {
    end = { outcome: failed(job, error), exitCode: null, tests: null };
  }
  clearTimeout(clock);
  if (job.usesBridge) {
    // whoever attaches from here on lends nothing
    job.usesBridge = false;
    await session.bridge.close({ job: job.id }).catch(() => undefined);
  }
  killOrphans(job);
  remove(job, scratch);
  await tellStorage(job, places.root, session.storage ?? limitsOf(places.root));
  const result = storableResult(resultOf(end, Math.round(performance.now() - start)), job.scrubber);
  const { conversation } = job.record;
  log('job.ended', { job: job.id, status: result.status, code: result.errorCode, durationMs: result.durationMs });
  await job.finish({
    result: { ...result, conversation: result.conversation ?? conversation },
    status: result.status,
    endedAt: new Date().toISOString(),
    conversation: result.conversation ?? conversation,
    // of one that ended before its agent began, those of the conversation so far
    totals: end.outcome.totals ?? job.record.totals,
  });
}

class Steps {
  private readonly environment: Record<string, string>;
  private readonly state: AgentState;

  constructor(
    private readonly job: RunningJob,
    private readonly session: Session,
    places: Places,
    private readonly scratch: string,
  ) {
    const { request, record } = job;
    const temporary = path.join(scratch, 'tmp');
    mkdirSync(temporary);
    this.state = new AgentState(session.adapter.name, places, session.environment);
    const around = {
      job: job.id,
      home: this.state.home,
      temporary,
      directory: record.directory,
      author: request.author,
    };
    this.environment = cleanEnvironment(session.environment, around);
  }

  public async run(caller: Caller, continues: CliRun['continues']): Promise<End> {
    const { job, session, environment } = this;
    const { settings, bridge, gateway } = session;
    await prepareDirectory(job, environment);
    // the clone may have taken longer than the token was good for: the caller has attached with a newer one
    const lender = { ...caller, authorization: job.token.authorization ?? caller.authorization };
    const reached = await reachGateway(job, bridge, { gateway, telemetry: settings.telemetry === true }, lender);
    const model = await reachModel(job, bridge, settings, caller, session.environment);
    const run = { ...this.cliRun(), ...reached, model, ...(continues === undefined ? {} : { continues }) };
    const { exitCode, ...outcome } = await this.ran(run);
    if (outcome.status !== 'succeeded' || job.request.test === undefined) {
      return { outcome, exitCode, tests: null };
    }
    return this.tested(outcome, exitCode, job.request.test);
  }

  private async ran(run: CliRun): ReturnType<AgentRun['outcome']> {
    const { job, session, environment, state } = this;
    await state.restore();
    const agent = new AgentRun(job, session.adapter, run, environment, {
      grace: session.exitGrace,
      spoke: () => state.touched(),
    });
    try {
      return await agent.outcome();
    } finally {
      await state.save();
      state.end();
    }
  }

  private cliRun(): Omit<CliRun, 'model'> {
    const { job, session, scratch } = this;
    const { model, smallModel, effort, familyModels } = session.settings;
    return {
      job: job.id,
      prompt: job.request.prompt,
      directory: job.record.directory,
      home: this.state.home,
      scratch,
      settings: { model, smallModel, effort, familyModels, prices: session.settings.prices },
      limits: job.bounds,
    };
  }

  private async tested(outcome: CliOutcome, exitCode: number | null, test: string): Promise<End> {
    const tests = await runTests(this.job, test, this.environment);
    if (this.job.stopCause !== 'exited') {
      return { outcome: { ...outcome, ...STOPPED[this.job.stopCause] }, exitCode, tests };
    }
    if (tests.exitCode === 0) {
      return { outcome, exitCode, tests };
    }
    const how = tests.exitCode === null ? 'did not end in time' : `ended with exit code ${tests.exitCode}`;
    const message = `the agent succeeded, but the test command ${how}`;
    return { outcome: { ...outcome, status: 'failed', errorCode: 'TestsFailed', message }, exitCode, tests };
  }
}

async function tellStorage(job: RunningJob, root: string, limits: StorageLimits | undefined): Promise<void> {
  const message = limits === undefined ? undefined : await almostFull(root, limits);
  if (message !== undefined) {
    job.notice('StorageAlmostFull', message);
  }
}

/** an agent can leave folders that cannot be emptied, such as a cache of read-only modules */
function remove(job: RunningJob, scratch: string | undefined): void {
  try {
    if (scratch !== undefined) {
      rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
    }
  } catch (error) {
    warn('scratch.kept', { job: job.id, cause: causeOf(error) });
  }
}

function failed(job: RunningJob, error: unknown): CliOutcome {
  if (job.stopCause !== 'exited') {
    return bareOutcome(STOPPED[job.stopCause]);
  }
  // what an adapter refuses, such as a way to the model that its CLI does not know
  if (error instanceof SessionError) {
    return bareOutcome({ status: 'failed', errorCode: 'AgentNotStarted', message: error.message });
  }
  if (!(error instanceof JobFailure)) {
    warn('job.error', { job: job.id, cause: causeOf(error) });
    const message = `an error of the session server (${causeOf(error)}); ENOSPC means that the storage is full`;
    return bareOutcome({ status: 'failed', errorCode: 'AgentNotStarted', message });
  }
  const step = STEPS[error.errorCode];
  if (step !== undefined) {
    job.emit({ type: 'step', name: step, status: 'failed', detail: error.message });
  }
  return bareOutcome({ status: 'failed', errorCode: error.errorCode, message: error.message });
}

const STEPS: Readonly<Record<string, 'repository' | 'gateway' | undefined>> = {
  RepositoryUnavailable: 'repository',
  GatewayUnavailable: 'gateway',
  GatewayAccessDenied: 'gateway',
};

function resultOf({ outcome, exitCode, tests }: End, durationMs: number): JobResult {
  const { status, errorCode, message, text, turns, tokens, dollars, dollarsFrom, conversation } = outcome;
  const told = { turns, tokens, dollars, dollarsFrom, conversation, tests };
  return { status, errorCode, message, text, exitCode, durationMs, ...told };
}
